import { accepted, beyondSchema, recordText, refused, type ReportCase } from './case.js';

const at = (text: string) => recordText({ timestamp: `"${text}"` });
const taken = (text: string, why: string) => accepted(`timestamp ${text}: ${why}`, at(text));
const wrong = (text: string, why: string) =>
  beyondSchema(refused(`timestamp ${text}: ${why}`, at(text), '/timestamp', 'timestamp'));
const numeric = (text: string) => recordText({ timestamp: text });
const wrongNumber = (text: string, why: string) =>
  beyondSchema(refused(`timestamp ${text}: ${why}`, numeric(text), '/timestamp', 'timestamp'));

const unixCases: ReportCase[] = [
  ...['1757437200', '1757437200000', '1757437200000000', '1757437200000000001', '1757437200.25', '1.7574372e9'].map(
    (text) => accepted(`timestamp in Unix time: ${text}`, numeric(text)),
  ),
  taken('1757437200', 'seconds in digits'),
  taken('1757437200000', 'milliseconds in digits'),
  taken('1757437200.123456789', 'seconds with a fraction in digits'),
  accepted('timestamp in the first second of 2001', numeric('978307200')),
  accepted('timestamp in the last second of 2100', numeric('4133980799')),
  wrongNumber('978307199', 'a second before 2001'),
  wrongNumber('4133980800', 'the first second of 2101'),
  wrongNumber('0', 'the beginning of Unix time'),
  wrongNumber('-1757437200', 'before 1970'),
  refused('timestamp more than a double', numeric('1e400'), '/timestamp', 'timestamp'),
  wrongNumber('17574372000000000000000', 'of no unit'),
  wrong('1757437200Z', 'digits with a zone'),
  wrong('1757437200s', 'digits with a unit'),
];

const fieldCases: ReportCase[] = [
  refused('no timestamp', recordText({ timestamp: undefined }), '/timestamp', 'required'),
  refused('timestamp null', recordText({ timestamp: 'null' }), '/timestamp', 'type'),
  refused('timestamp a boolean', recordText({ timestamp: 'true' }), '/timestamp', 'type'),
  refused('timestamp an object', recordText({ timestamp: '{"$date":0}' }), '/timestamp', 'type'),
  refused('timestamp a list', recordText({ timestamp: '[]' }), '/timestamp', 'type'),
  wrong('', 'empty'),
  accepted('timestamp at the limit of its length', at(`2025-09-09T17:00:00.${'1'.repeat(43)}Z`)),
  refused('timestamp one over', at(`2025-09-09T17:00:00.${'1'.repeat(44)}Z`), '/timestamp', 'length'),
  wrong('2025-09-09T17:00:00Z\\u0000', 'NUL at its end'),
  wrong('2025-09-09T17:00:00Z\\n', 'a line feed at its end'),
  wrong('2025-09-09T17:00:00\\ud800', 'a lone surrogate'),
  wrong('202\u{1d7d3}-09-09T17:00:00Z', 'an astral digit'),
  wrong('202\u0665-09-09T17:00:00Z', 'an Arabic digit'),
];

const formCases: ReportCase[] = [
  taken('2025-09-09t17:00:00z', 'lower case'),
  taken('2025-09-09T17:00:00.2Z', 'one fraction digit'),
  taken('2025-09-09T17:00:00.250Z', 'three fraction digits'),
  taken('2025-09-09T17:00:00.123456789Z', 'nine fraction digits'),
  wrong('2025-09-09T17:00:00.Z', 'a point without digits'),
  wrong('2025-09-09T17:00:00,250Z', 'a comma'),
  taken('2025-09-09 17:00:00Z', 'a space for T'),
  taken('2025-09-09_17:00:00.123456789z', 'an underscore for T and nine fraction digits'),
  wrong('2025-09-09 17:00:00.1234567890Z', 'a space for T and ten fraction digits'),
  wrong('2025-09-09-17:00:00Z', 'a minus for T'),
  wrong('2025-09-09 17:00:00', 'a space for T, and no zone'),
  wrong('2025-09-09T17:00:00', 'no zone'),
  wrong('2025-09-09', 'a day only'),
  wrong('17:00:00Z', 'a time only'),
  wrong('2025-09-09T17:00Z', 'no seconds'),
  wrong('20250909T170000Z', 'the basic form'),
  wrong('2025-9-9T17:00:00Z', 'single digits'),
  wrong('2025-W37-2T17:00:00Z', 'a week date'),
  wrong('2025-252T17:00:00Z', 'an ordinal date'),
  wrong('+002025-09-09T17:00:00Z', 'a signed year'),
  wrong(' 2025-09-09T17:00:00Z', 'a space before'),
  wrong('2025-09-09T17:00:00Z ', 'a space after'),
  wrong('Tue, 09 Sep 2025 17:00:00 GMT', 'the form of mail'),
  wrong('yesterday', 'a word'),
];

const zoneCases: ReportCase[] = [
  taken('2025-09-09T19:00:00+02:00', 'east'),
  taken('2025-09-09T11:30:00-05:30', 'west'),
  taken('2025-09-09T17:00:00-00:00', 'an unknown local offset'),
  taken('2025-09-09T17:00:00+23:59', 'the largest offset'),
  taken('2025-09-09T17:00:00-23:59', 'the smallest offset'),
  wrong('2025-09-09T17:00:00+24:00', 'an hour of 24 in the offset'),
  wrong('2025-09-09T17:00:00+00:60', 'a minute of 60 in the offset'),
  taken('2025-09-09T17:00:00+0200', 'no colon in the offset'),
  wrong('2025-09-09T17:00:00+2460', 'no colon in an offset that is none'),
  wrong('2025-09-09T17:00:00+02', 'no minutes in the offset'),
  wrong('2025-09-09T17:00:00\u221202:00', 'a typographic minus'),
  wrong('2025-09-09T17:00:00Z+02:00', 'two zones'),
  wrong('2025-09-09T17:00:00[Europe/Paris]', 'a zone by name'),
];

const calendarCases: ReportCase[] = [
  taken('0000-01-01T00:00:00Z', 'the first year'),
  taken('0000-02-29T00:00:00Z', 'a leap day in the first year'),
  taken('9999-12-31T23:59:59.999Z', 'the last millisecond'),
  taken('0000-01-01T00:00:00+23:59', 'an instant before the first year'),
  taken('9999-12-31T23:59:59-23:59', 'an instant after the last year'),
  wrong('10000-01-01T00:00:00Z', 'a fifth digit'),
  taken('2024-02-29T00:00:00Z', 'a leap day'),
  taken('2000-02-29T00:00:00Z', 'a leap day in a year of whole four centuries'),
  wrong('2025-02-29T00:00:00Z', 'no leap day'),
  wrong('1900-02-29T00:00:00Z', 'no leap day in a year of whole centuries'),
  wrong('2024-02-30T00:00:00Z', 'February has no 30th'),
  wrong('2025-04-31T00:00:00Z', 'April has no 31st'),
  taken('2025-12-31T00:00:00Z', 'the 31st'),
  wrong('2025-01-32T00:00:00Z', 'no 32nd'),
  wrong('2025-01-00T00:00:00Z', 'no day 0'),
  wrong('2025-00-01T00:00:00Z', 'no month 0'),
  wrong('2025-13-01T00:00:00Z', 'no month 13'),
  wrong('2025-09-09T24:00:00Z', 'no hour 24'),
  wrong('2025-09-09T17:60:00Z', 'no minute 60'),
  wrong('2025-09-09T17:00:61Z', 'no second 61'),
  taken('2016-12-31T23:59:60Z', 'a leap second'),
  taken('2016-12-31T23:59:60.5Z', 'the middle of a leap second'),
  taken('2017-01-01T05:29:60+05:30', 'a leap second elsewhere'),
  wrong('2025-09-09T17:00:60Z', 'no leap second in the middle of a day'),
  wrong('2025-09-09T23:59:60Z', 'no leap second in the middle of a month'),
];

export const timestampCases: readonly ReportCase[] = [
  ...fieldCases,
  ...unixCases,
  ...formCases,
  ...zoneCases,
  ...calendarCases,
];
