// Shows `go test -json` from standard input as Tally does, names what took longest, and writes
// the totals as JSON to the file named by the argument.
import { createInterface } from 'node:readline';
import { writeFileSync } from 'node:fs';
import { Tally } from './gotest.mjs';

const tally = new Tally();
for await (const line of createInterface({ input: process.stdin })) tally.line(line);
const totals = tally.totals();
for (const t of tally.slowest(15)) console.log(`slow: ${t}`);
for (const t of totals.unfinished) console.log(`did not end: ${t}`);
console.log(`go: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped (subtests each counted)`);
writeFileSync(process.argv[2], JSON.stringify(totals));
