import { describe, expect, it } from '@jest/globals';
import { readSettings } from '@sluice/settings';
import { RECORD_STORE_SETTINGS } from './record-store.settings.js';

const read = (RECORD_STORE_URL: string) => readSettings(RECORD_STORE_SETTINGS, { RECORD_STORE_URL }).recordStoreUrl;

describe('The URL of a MongoDB', () => {
  it.each(['w=0', 'w=1', 'W=1', 'journal=false', 'j=false', 'tlsInsecure=true', 'tlsAllowInvalidCertificates=true'])(
    'The URL of a MongoDB is refused with %s, in one sentence without the login',
    (option) => {
      const wrong = () => read(`mongodb://me:s3cret@db/sluice?retryWrites=true&${option}`);
      expect(wrong).toThrow(new RegExp(`^RECORD_STORE_URL has the option ${option}, which would [^.]+\\.$`));
      expect(wrong).not.toThrow(/s3cret/);
    },
  );

  it.each([
    'mongodb+srv://me:s3cret@cluster.example/sluice?w=majority&journal=true',
    'mongodb://a,b,c/sluice?replicaSet=rs&tls=true&tlsCAFile=/ca.pem&retryWrites=false&authMechanism=SCRAM-SHA-256',
  ])('The URL of a MongoDB is accepted: %s', (url) => expect(read(url)).toBe(url));
});
