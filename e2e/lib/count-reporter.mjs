// A reporter for `node --test` that prints one line of JSON: how many tests passed,
// failed, with why, and were skipped. A test that only groups others is not counted beside
// them, unless it fails by itself.
export default async function* count(source) {
  const totals = { passed: 0, failed: 0, skipped: 0, pending: [], failures: [] };
  let deeper = -1; // how deep the test before stood; a parent is reported after it
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const groups = deeper > data.nesting || data.details?.type === 'suite';
    deeper = data.nesting;
    if (groups && (type === 'test:pass' || data.details?.error?.failureType === 'subtestsFailed')) continue;
    if (data.skip !== undefined || data.todo !== undefined) {
      totals.skipped++;
      totals.pending.push(`${data.name}: ${data.skip || data.todo}`);
    } else if (type === 'test:pass') totals.passed++;
    else {
      totals.failed++;
      const error = data.details?.error;
      totals.failures.push({ name: data.name, why: String(error?.cause?.message ?? error?.message ?? 'no reason given') });
    }
  }
  yield JSON.stringify(totals) + '\n';
}
