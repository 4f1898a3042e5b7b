import { test } from 'node:test';
import assert from 'node:assert/strict';
import { told } from './told.mjs';

test('a reason that many tests give is told once', () => {
  const failures = [1, 2, 3].map((n) => ({ name: `page ${n}`, why: `cannot load\n  http://127.0.0.1:${n}/nl (502)` }));
  assert.deepEqual(told([...failures, { name: 'other', why: 'nothing there' }]), [
    'page 1: cannot load http://127.0.0.1:1/nl (502) (and 2 more)',
    'other: nothing there',
  ]);
});

test('few reasons are told, and none at length', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const lines = told([...letters].map((l) => ({ name: l, why: l.repeat(1000) })));
  assert.equal(lines.length, 21);
  assert.equal(lines.at(-1), 'and 6 more reasons');
  assert.ok(lines.every((l) => l.length < 420));
});
