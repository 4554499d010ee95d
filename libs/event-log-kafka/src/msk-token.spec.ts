import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mskToken } from './msk-token.js';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 's3cret' };
const before = { ...process.env };

beforeAll(() => void Object.assign(process.env, CREDENTIALS));
afterAll(() => {
  for (const name of Object.keys(CREDENTIALS)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

it('The token of MSK is a signed request that connects, for 15 minutes, without the secret', async () => {
  const atMs = Date.now();
  const { value, expiresAtMs } = await mskToken('eu-central-1');
  const request = new URL(Buffer.from(value, 'base64url').toString());
  expect(request.host).toBe('kafka.eu-central-1.amazonaws.com');
  expect(Object.fromEntries(request.searchParams)).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/kafka-cluster\/aws4_request$/),
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(request.href).not.toContain('s3cret');
  expect(Math.abs(expiresAtMs - atMs - 15 * 60_000)).toBeLessThan(60_000);
});
