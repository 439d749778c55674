import {
  buildSessionCompanions,
  buildSessionJob,
  buildSessionPod,
  isOrderIdNameable,
  type SessionJobOrder,
} from '../src/index';

const ORDER: SessionJobOrder = {
  orderId: '0192f0c1-7c2b-7d2e-8a51-3f0d9f1c2b3a',
  namespace: 'gpu-sessions',
  userHash: 'abc123',
  imageName: 'tensorflow-2.15-cuda12',
  imageReference: `registry.kuda.example/tensorflow@sha256:${'a'.repeat(64)}`,
  minDriverMajor: 525,
  gpuProducts: ['NVIDIA-A100-SXM4-80GB', 'NVIDIA-A100-SXM4-40GB'],
  gpuCount: 2,
  purchasedSeconds: 28_800,
  provisioningAllowanceSeconds: 1_200,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  extraPodAnnotations: {},
};

describe('the Job of a session', () => {
  const { job } = buildSessionJob(ORDER);

  test('has a name from the order, starts suspended, and has no finalizer of ours', () => {
    expect(job.metadata).toMatchObject({ name: `session-${ORDER.orderId}`, namespace: 'gpu-sessions' });
    expect(job.metadata?.finalizers).toBeUndefined();
    expect(job.spec).toMatchObject({
      suspend: true,
      parallelism: 1,
      completions: 1,
      completionMode: 'NonIndexed',
    });
  });

  test('carries order, bought seconds, hash and trace, and no user id', () => {
    expect(job.metadata?.annotations).toMatchObject({
      'kuda.ai/order-id': ORDER.orderId,
      'kuda.ai/purchased-seconds': '28800',
      'kuda.ai/traceparent': ORDER.traceparent,
    });
    expect(job.metadata?.annotations?.['kuda.ai/spec-hash']).toMatch(/^[0-9a-f]{64}$/);
    expect(job.metadata?.labels?.['kuda.ai/user-hash']).toBe('abc123');
  });

  test('is cut off after the bought time, the provisioning allowance and the grace period', () => {
    expect(job.spec?.activeDeadlineSeconds).toBe(28_800 + 1_200 + 120);
    expect(job.spec?.ttlSecondsAfterFinished).toBe(86_400);
  });

  test('ignores disruptions, fails on user errors, and counts the rest', () => {
    expect(job.spec).toMatchObject({ backoffLimit: 3, podReplacementPolicy: 'Failed' });
    expect(job.spec?.podFailurePolicy?.rules).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'session', operator: 'NotIn', values: [0, 143] } },
    ]);
  });

  test('its pod satisfies the restricted profile and gets no token', () => {
    const spec = job.spec?.template.spec;
    expect(spec).toMatchObject({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      priorityClassName: 'gpu-session',
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(spec?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('asks for whole GPUs of exactly the sold products, above the driver floor', () => {
    const spec = job.spec?.template.spec;
    expect(spec?.containers[0]?.resources?.limits?.['nvidia.com/gpu']).toBe('2');
    const terms =
      spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    expect(terms).toEqual([
      {
        matchExpressions: [
          { key: 'nvidia.com/gpu.product', operator: 'In', values: ORDER.gpuProducts },
          { key: 'nvidia.com/cuda.driver.major', operator: 'Gt', values: ['524'] },
        ],
      },
    ]);
  });

  test('has shared memory, and mounts its token from a Secret instead of its environment', () => {
    const spec = job.spec?.template.spec;
    expect(spec?.volumes).toContainEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } });
    expect(spec?.volumes).toContainEqual({
      name: 'token',
      secret: { secretName: `session-${ORDER.orderId}`, defaultMode: 0o440 },
    });
  });

  test('is the same for the same order, and its hash changes with what was bought', () => {
    expect(buildSessionJob(ORDER)).toEqual(buildSessionJob({ ...ORDER }));
    const other = buildSessionJob({ ...ORDER, gpuCount: 1 });
    expect(other.job.metadata?.annotations?.['kuda.ai/spec-hash']).not.toBe(
      job.metadata?.annotations?.['kuda.ai/spec-hash'],
    );
  });
});

test('the pod of the dry run is the pod of the Job under another name', () => {
  const { pod } = buildSessionPod(ORDER);
  expect(pod.spec).toEqual(buildSessionJob(ORDER).job.spec?.template.spec);
  expect(pod.metadata?.name).toBe(`session-${ORDER.orderId}-dry-run`);
});

test('companions belong to the Job and do not block its deletion', () => {
  const { secret, service, disruptionBudget } = buildSessionCompanions(ORDER, 'job-uid', 'token');
  for (const { metadata } of [secret, service, disruptionBudget]) {
    expect(metadata?.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'Job', uid: 'job-uid', controller: false, blockOwnerDeletion: false }),
    ]);
  }
  expect(disruptionBudget.spec?.minAvailable).toBe(1);
});

test.each([
  ['0192f0c1-7c2b-7d2e-8a51-3f0d9f1c2b3a', true],
  ['a', true],
  ['UPPER', false],
  ['a_b', false],
  ['-a', false],
  ['a'.repeat(49), false],
])('order id %s can name a Job: %s', (orderId, expected) => {
  expect(isOrderIdNameable(orderId)).toBe(expected);
});
