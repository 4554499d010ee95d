// `npm run reading-oracle`: stores a million records, asks for every kind of read, and compares the answers with a plain oracle.
//   npm run reading-oracle -- --records 20000 --questions 50 --seed 7
//   MONGO_URL=mongodb://host/new-database npm run reading-oracle
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('tools/reading-oracle/main.ts');
