import { describe, expect, it } from '@jest/globals';
import { asShown, comparable, examplesIn } from '@sluice/test-kit';

const README = `
Send one record:

\`\`\`sh
curl http://localhost:8000/ingest \\
  -d '{"device_id": "dev-2"}'
\`\`\`

and it answers

\`\`\`json
{ "record_id": "0199", "status": "accepted" }
\`\`\`

\`\`\`sh
npm start
\`\`\`
`;

describe('examplesIn', () => {
  it('examplesIn takes each curl with the answer that is shown next, and no other command', () => {
    expect(examplesIn(README)).toEqual([
      {
        command: `curl http://localhost:8000/ingest \\\n  -d '{"device_id": "dev-2"}'`,
        answer: { record_id: '0199', status: 'accepted' },
      },
    ]);
  });

  it('examplesIn refuses a curl that is shown without its answer', () => {
    expect(() => examplesIn('```sh\ncurl localhost:8000/records\n```\n')).toThrow(/shows no json answer/);
  });
});

describe('comparable', () => {
  it('The function comparable replaces what differs each time, at any depth, and nothing else', () => {
    const answer = { records: [{ record_id: '0199', stored_at: '2025', device_id: 'dev-2', data_payload: { a: 1 } }] };
    expect(comparable(answer)).toEqual({
      records: [{ record_id: '<record_id>', stored_at: '<stored_at>', device_id: 'dev-2', data_payload: { a: 1 } }],
    });
  });

  it('The function comparable keeps a null, which means that there is no time', () => {
    expect(comparable({ stored_at: null })).toEqual({ stored_at: null });
  });
});

describe('asShown', () => {
  it('asShown leaves out entries that an array ending with … does not show', () => {
    const shown = { partitions: [{ partition: 1, lag: 0 }, '…'], waiting: 0 };
    const answer = {
      partitions: [
        { partition: 0, lag: 0 },
        { partition: 1, lag: 0 },
      ],
      waiting: 0,
    };
    expect(asShown(answer, shown)).toEqual(shown);
  });

  it('asShown shows the difference when an entry that is shown is not there', () => {
    expect(asShown({ partitions: [{ lag: 7 }] }, { partitions: [{ lag: 0 }, '…'] })).toEqual({ partitions: ['…'] });
  });

  it('asShown leaves out nothing of an array that is shown whole', () => {
    expect(asShown([1, 2], [1])).toEqual([1, 2]);
  });
});
