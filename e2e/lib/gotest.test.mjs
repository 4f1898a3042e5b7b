import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Tally } from './gotest.mjs';

// tally feeds events and returns the totals and what was printed.
function tally(...events) {
  let printed = '';
  const t = new Tally((s) => (printed += s));
  for (const e of events) t.line(typeof e === 'string' ? e : JSON.stringify(e));
  return { ...t.totals(), printed };
}
const run = (Test, Action, Package = 'klankbord/internal/x') => ({ Action, Package, Test });
const out = (Test, Output, Package = 'klankbord/internal/x') => ({ Action: 'output', Package, Test, Output });

test('the tests that took longest are named, with their subtests, longest first', () => {
  const t = new Tally(() => {});
  const ended = (name, seconds) => t.line(JSON.stringify({ ...run(name, 'pass'), Elapsed: seconds }));
  for (const [name, seconds] of [['TestA/one', 9], ['TestA', 10.4], ['TestB', 70], ['TestC', 1]]) ended(name, seconds);
  assert.deepEqual(t.slowest(2), ['70 s  klankbord/internal/x TestB', '10 s  klankbord/internal/x TestA']);
});

test('a test with subtests counts once per subtest', () => {
  const got = tally(run('TestA/one', 'pass'), run('TestA/two', 'fail'), run('TestA', 'fail'), run('TestB', 'pass'));
  assert.deepEqual([got.passed, got.failed, got.skipped], [2, 1, 0]);
});

test('a group that fails beside passing subtests is a failure', () => {
  const got = tally(run('TestA/one', 'pass'), run('TestA', 'fail'));
  assert.deepEqual([got.passed, got.failed], [1, 1]);
});

test('a test that never ended has failed', () => {
  const got = tally(run('TestA', 'run'), { Action: 'fail', Package: 'klankbord/internal/x' });
  assert.deepEqual([got.failed, got.unfinished], [1, ['klankbord/internal/x TestA']]);
});

test('a package that does not build is a failure, and its error is shown', () => {
  const ImportPath = 'klankbord/internal/x_test [klankbord/internal/x.test]';
  const got = tally(
    { Action: 'build-output', ImportPath, Output: 'x.go:3: undefined: y\n' },
    { Action: 'build-fail', ImportPath },
    { Action: 'output', Package: 'klankbord/internal/x', Output: 'FAIL\tklankbord/internal/x [build failed]\n' },
    { Action: 'fail', Package: 'klankbord/internal/x' },
  );
  assert.equal(got.failed, 1);
  assert.match(got.printed, /undefined: y/);
  assert.match(got.printed, /FAIL\tklankbord/);
});

test('the output of a failed test is shown, that of a passed one is not', () => {
  const got = tally(out('TestA', 'want 1\n'), run('TestA', 'fail'), out('TestB', 'noise\n'), run('TestB', 'pass'));
  assert.match(got.printed, /want 1/);
  assert.doesNotMatch(got.printed, /noise/);
});

test('what is left out is listed with its sentence', () => {
  const got = tally(
    out('TestHeard', '=== RUN   TestHeard\n'),
    out('TestHeard', '    promises.go:12: the fault harness is missing\n'),
    out('TestHeard', '--- SKIP: TestHeard (0.00s)\n'),
    run('TestHeard', 'skip'),
  );
  assert.deepEqual(got.pending, ['TestHeard: the fault harness is missing']);
  assert.equal(got.skipped, 1);
});

test('what is left out after subtests is pending as well', () => {
  const got = tally(
    run('TestTrace/a line removed', 'pass'),
    out('TestTrace', '    promises.go:12: the witnesses are missing\n'),
    run('TestTrace', 'skip'),
  );
  assert.deepEqual([got.passed, got.failed, got.skipped], [1, 0, 1]);
  assert.deepEqual(got.pending, ['TestTrace: the witnesses are missing']);
});

test('a line that is no event is shown as it is', () => {
  assert.match(tally('go: module not found').printed, /go: module not found/);
});

test('a failure is told with what it said', () => {
  const got = tally(out('TestA', '    a_test.go:3: want 1\n'), run('TestA', 'fail'), run('TestB', 'run'));
  assert.deepEqual(got.failures, [
    { name: 'klankbord/internal/x TestA', why: 'want 1' },
    { name: 'klankbord/internal/x TestB', why: 'it did not end' },
  ]);
});
