// Adds up the files of totals named by the arguments, lists what is pending and what
// failed, each reason once, and prints the closing line. A file that is missing or empty belongs to a part that
// died, and counts as one failure.
import { readFileSync } from 'node:fs';
import { told } from './told.mjs';

const sum = { passed: 0, failed: 0, skipped: 0, pending: [], failures: [] };
for (const file of process.argv.slice(2)) {
  let part;
  try {
    part = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log(`the part that writes ${file} did not end`);
    part = { passed: 0, failed: 1, skipped: 0, pending: [] };
  }
  for (const name of ['passed', 'failed', 'skipped']) sum[name] += part[name];
  sum.pending.push(...part.pending);
  sum.failures.push(...(part.failures ?? []));
}
if (sum.pending.length > 0) console.log('\nPending:');
for (const line of sum.pending) console.log(`  - ${line}`);
if (sum.failures.length > 0) console.log('\nFailed:');
for (const line of told(sum.failures)) console.log(`  - ${line}`);
console.log(`\nklankbord: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
