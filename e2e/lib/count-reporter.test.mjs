import { test } from 'node:test';
import assert from 'node:assert/strict';
import count from './count-reporter.mjs';

// totals counts a list of [type, nesting, more] events.
async function totals(...events) {
  const source = (async function* () {
    for (const [type, nesting, more] of events) yield { type: `test:${type}`, data: { name: 'x', nesting, details: {}, ...more } };
  })();
  for await (const line of count(source)) return JSON.parse(line);
}
const subtestsFailed = { details: { error: { failureType: 'subtestsFailed' } } };

test('a group counts as what it groups', async () => {
  assert.equal((await totals(['pass', 1], ['pass', 1], ['pass', 0], ['pass', 0])).passed, 3);
  const mixed = await totals(['pass', 1], ['fail', 1], ['fail', 0, subtestsFailed]);
  assert.deepEqual([mixed.passed, mixed.failed], [1, 1]);
});

test('a group that fails by itself is a failure', async () => {
  assert.equal((await totals(['pass', 1], ['fail', 0, { details: { error: { failureType: 'hookFailed' } } }])).failed, 1);
});

test('a skipped test is pending, with its reason', async () => {
  const skip = 'no harness yet';
  const got = await totals(['pass', 0, { skip }]);
  assert.deepEqual([got.passed, got.skipped, got.pending], [0, 1, ['x: no harness yet']]);
});

test('a failure is told with its reason', async () => {
  const error = { message: '1 subtest failed', cause: { message: 'the button is missing' } };
  const got = await totals(['fail', 0, { details: { error } }], ['fail', 0]);
  assert.deepEqual(got.failures, [{ name: 'x', why: 'the button is missing' }, { name: 'x', why: 'no reason given' }]);
});
