/** Of ten events so many are logins, from a device each; the rest are jobs and reports, as on the recorded stream. */
const LOGINS_OF_TEN = 2;
const JOBS_OF_TEN = 7;
const USERS = 5_000;

/** The id of the `index`-th event of a phase. */
export function eventId(phase: string, index: number): string {
  return `${phase}-${String(index)}`;
}

function dataOf(id: string, index: number): { readonly type: string; readonly data: string } {
  const kind = index % 10;
  if (kind < LOGINS_OF_TEN) {
    const data = `{"method":"sso","device_id":"d-${String(index % USERS)}"}`;
    return { type: 'ai.kuda.session.login.v1', data };
  }
  if (kind < JOBS_OF_TEN) {
    const data = `{"job_id":"${id}","status":"succeeded","device_seconds":1200,"fingerprint":"f-${id}","gpu_count":1}`;
    return { type: 'ai.kuda.training.job.completed.v1', data };
  }
  const data = `{"model_id":"m-${String(index % USERS)}","owner":"u-${String((index * 7) % USERS)}"}`;
  return { type: 'ai.kuda.model.reused.v1', data };
}

export function userOf(index: number): string {
  return `u-${String(index % USERS)}`;
}

/** The `index`-th event of a phase as JSON text. */
export function eventText(phase: string, index: number, time: string): string {
  const id = eventId(phase, index);
  const { type, data } = dataOf(id, index);
  return (
    `{"specversion":"1.0","id":"${id}","source":"/platform/bench","type":"${type}","subject":"${userOf(index)}",` +
    `"time":"${time}","datacontenttype":"application/json","data":${data}}`
  );
}
