// Loaded before the gateway by `node --import`: its clock is an hour slow.
const HOUR_MS = 3_600_000;
const now = Date.now.bind(Date);
Date.now = () => now() - HOUR_MS;
globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length === 0) super(now() - HOUR_MS);
    else super(...parts);
  }
};
