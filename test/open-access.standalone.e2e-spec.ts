import { expect, it } from '@jest/globals';
import { Standalone } from '@sluice/test-kit';

it('The process says at its start that access is open, and listens on this machine only', async () => {
  const standalone = await Standalone.start();
  try {
    expect(standalone.log).toContain(
      'open: every client that reaches the address can send and read; only this machine can reach it',
    );
    expect(standalone.log).toContain('"listens":"127.0.0.1"');
  } finally {
    await standalone.dispose();
  }
});
