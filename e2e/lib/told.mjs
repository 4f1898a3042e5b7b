// How failures are told at the end of a long run, where only its last lines are read.

const mostReasons = 20;
const mostLetters = 400;

// told makes lines of failures, { name, why }: each reason once, with the first test that
// gave it and how many more did. What belongs to one test, such as addresses, times and
// numbers, does not make a reason another one.
export function told(failures) {
  const reasons = new Map();
  for (const f of failures) {
    const why = f.why.replaceAll(/\s+/g, ' ').trim().slice(0, mostLetters);
    const alike = why.replaceAll(/https?:\S+/g, '').replaceAll(/\d+/g, '');
    const known = reasons.get(alike);
    if (known) known.more++;
    else reasons.set(alike, { name: f.name, why, more: 0 });
  }
  const lines = [...reasons.values()].map(({ name, why, more }) => `${name}: ${why}${more > 0 ? ` (and ${more} more)` : ''}`);
  const left = lines.length - mostReasons;
  return left > 0 ? [...lines.slice(0, mostReasons), `and ${left} more reasons`] : lines;
}
