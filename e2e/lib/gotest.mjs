// Reads the stream of `go test -json` and makes of it what a person wants to see:
// one closing line per package, the whole output of what failed, and the count.
// A test is a leaf: one that only groups subtests is not counted beside them.

// Tally collects the events of one run, line by line.
export class Tally {
  constructor(print = (line) => process.stdout.write(line)) {
    this.print = print;
    this.tests = new Map(); // package + test → { package, test, action, output }
    this.packages = new Map(); // package → output outside any test
    this.failedPackages = new Set();
    this.stray = [];
  }

  // line takes one line of the stream.
  line(text) {
    if (text.trim() === '') return;
    let event;
    try {
      event = JSON.parse(text);
    } catch {
      this.stray.push(text);
      this.print(text + '\n');
      return;
    }
    const owner = event.Package ?? event.ImportPath ?? '';
    if (event.Test) this.#test(owner, event);
    else this.#package(owner, event);
  }

  #test(owner, event) {
    const id = `${owner} ${event.Test}`;
    const test = this.tests.get(id) ?? { package: owner, test: event.Test, action: 'run', output: '' };
    this.tests.set(id, test);
    if (event.Action === 'output') test.output += event.Output;
    if (['pass', 'fail', 'skip'].includes(event.Action)) test.action = event.Action;
    if (event.Action === 'fail') this.print(test.output);
    test.seconds = event.Elapsed ?? 0;
  }

  #package(owner, event) {
    const before = this.packages.get(owner) ?? '';
    if (event.Action === 'output' || event.Action === 'build-output') {
      this.packages.set(owner, before + event.Output);
      if (/^(ok|FAIL|\?)\s+\t?\S+/.test(event.Output)) this.print(event.Output);
      return;
    }
    if (event.Action === 'fail' || event.Action === 'build-fail') {
      // A build that failed fails the package as well, which is what counts.
      if (event.Action === 'fail') this.failedPackages.add(owner);
      this.print(before.replace(/^(ok|FAIL|\?)\s.*\n/gm, ''));
      this.packages.set(owner, '');
    }
  }

  // leaves returns the tests that have no subtests, and those that ended inside
  // themselves: a parent that failed while every subtest passed, or that left out the
  // rest after its subtests.
  leaves() {
    const all = [...this.tests.values()];
    const parents = new Map();
    for (const t of all) {
      for (let at = t.test.lastIndexOf('/'); at > 0; at = t.test.lastIndexOf('/', at - 1)) {
        const id = `${t.package} ${t.test.slice(0, at)}`;
        parents.set(id, [...(parents.get(id) ?? []), t]);
      }
    }
    return all.filter((t) => {
      const below = parents.get(`${t.package} ${t.test}`);
      return !below || t.action === 'skip' || (t.action === 'fail' && below.every((c) => c.action !== 'fail'));
    });
  }

  // slowest returns the n tests that took longest, with their subtests, so that whoever reads
  // the run sees where its time went.
  slowest(n) {
    const whole = [...this.tests.values()].filter((t) => !t.test.includes('/'));
    whole.sort((a, b) => b.seconds - a.seconds);
    return whole.slice(0, n).map((t) => `${Math.round(t.seconds)} s  ${t.package} ${t.test}`);
  }

  // totals counts. A test that never ended (its process died) has failed, and so
  // has a package that failed without a failed test: it did not build, or its
  // process died.
  totals() {
    const leaves = this.leaves();
    const count = (action) => leaves.filter((t) => t.action === action).length;
    const failed = leaves.filter((t) => t.action === 'fail');
    const unfinished = leaves.filter((t) => t.action === 'run');
    const explained = new Set(leaves.filter((t) => t.action === 'fail' || t.action === 'run').map((t) => t.package));
    const silent = [...this.failedPackages].filter((p) => !explained.has(p));
    return {
      passed: count('pass'),
      failed: count('fail') + unfinished.length + silent.length,
      skipped: count('skip'),
      unfinished: unfinished.map((t) => `${t.package} ${t.test}`),
      failures: [
        ...failed.map((t) => ({ name: `${t.package} ${t.test}`, why: reason(t.output) })),
        ...unfinished.map((t) => ({ name: `${t.package} ${t.test}`, why: 'it did not end' })),
        ...silent.map((name) => ({ name, why: 'the package failed outside its tests' })),
      ],
      pending: leaves.filter((t) => t.action === 'skip').map((t) => `${t.test}: ${reason(t.output)}`),
    };
  }
}

// reason takes out of a test's output what it said.
function reason(output) {
  const lines = output.split('\n').filter((l) => !/^\s*(===|---)/.test(l) && l.trim() !== '');
  return lines.map((l) => l.replace(/^\s*\S+\.go:\d+: /, '').trim()).join(' ') || 'no reason given';
}
