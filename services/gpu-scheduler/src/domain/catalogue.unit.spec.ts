import { loadCatalogue } from '../catalogue/load-catalogue';
import { provisioningAllowanceSeconds } from '../scheduler-clock';
import { ORDER } from '../test/observed.builder';
import { planOrder } from './catalogue';

const catalogue = loadCatalogue();

test('three images, each pinned by digest', () => {
  expect([...catalogue.images.keys()]).toEqual([
    'tensorflow-2.10-cuda11',
    'tensorflow-2.15-cuda12',
    'tensorflow-2.17-cuda12',
  ]);
  for (const { reference } of catalogue.images.values()) expect(reference).toMatch(/@sha256:[0-9a-f]{64}$/);
});

test('an order gets exact products and a driver floor', () => {
  const { plan } = planOrder({ ...ORDER, gpuClass: 'h100' }, catalogue);
  expect(plan?.gpuProducts).toContain('NVIDIA-H100-80GB-HBM3');
  expect(plan?.image.minDriverMajor).toBe(535);
});

test.each([
  [{ gpuClass: 'h100', image: 'tensorflow-2.10-cuda11' }, 'tensorflow-2.10-cuda11 does not run on h100'],
  [{ image: 'tensorflow-1.0' }, 'unknown image tensorflow-1.0'],
  [{ gpuClass: 'v100' }, 'unknown GPU class v100'],
  [{ gpuCount: 4 }, 'gpu_count 4'],
  [{ gpuCount: 0 }, 'gpu_count 0'],
  [{ durationSeconds: 86_401n }, 'duration_seconds 86401'],
  [{ durationSeconds: 0n }, 'duration_seconds 0'],
])('%o is refused', (more, problem) => {
  expect(planOrder({ ...ORDER, ...more }, catalogue)).toEqual({ plan: null, problem });
});

test('the provisioning bound never falls below its real floor', () => {
  const bound = (CLOCK_SCALE: number) =>
    provisioningAllowanceSeconds({
      CLOCK_SCALE,
      PROVISIONING_TIMEOUT_SECONDS: 1_200,
      PROVISIONING_FLOOR_SECONDS: 10,
    });
  expect([bound(1), bound(120), bound(2_400)]).toEqual([1_200, 1_200, 24_000]);
});
