// The skeleton of a page: what is left of its markup when the words are taken away; and
// the kinds of element in it.
//
// Two pages of one skeleton have the same barriers, whatever language they speak: the
// same elements in the same order with the same classes and states, bound to each
// other in the same way, with a name where the other has a name. What depends on the
// words themselves (width, what there is to hit, the language that is declared) is
// looked at in each page.

// kept are the attributes whose value counts as it is, besides those of ARIA.
const kept = new Set([
  'type', 'class', 'role', 'rel', 'media', 'hidden', 'open', 'checked', 'disabled', 'readonly', 'multiple', 'rows', 'cols', 'size', 'scope',
  'colspan', 'rowspan', 'inputmode', 'autocomplete', 'tabindex', 'width', 'height', 'controls', 'http-equiv',
]);

// bound are those that tie elements together, and words that must differ where they
// differed; each value counts as the how-manieth of its page.
const bound = new Set(['id', 'for', 'name', 'form', 'aria-describedby', 'aria-labelledby', 'aria-controls', 'aria-label', 'title', 'alt', 'headers', 'list']);

// chosen stands at another option in each language.
const passing = new Set(['selected']);

// switcher is the list of languages, where each language leaves out its own link.
const switcher = /<ul class="langs">[\s\S]*?<\/ul>/;

// skeleton returns that of a page, without its list of languages.
export function skeleton(html) {
  const seen = new Map();
  return bones(html, (word) => {
    if (!seen.has(word)) seen.set(word, seen.size);
    return word.trim() ? seen.get(word) : '-';
  }).join('');
}

// kinds returns what a page consists of, each once: every element with its ancestors,
// whether a name or an id is the first of its page, whether it holds words or nothing,
// and the order of the headings. Where all of them are known from other pages, more of them or
// another order of the same ones adds no barrier that the other checks, which look at
// every page, would not see.
export function kinds(html) {
  const seen = new Set();
  const out = new Set();
  const above = [];
  let headings = '';
  let last = '';
  const parts = bones(html, (word) => {
    if (!word.trim()) return '-';
    const known = seen.has(word);
    seen.add(word);
    return known ? 'again' : 'first';
  });
  for (const part of parts) {
    const [, end, name] = part.match(/^<(\/?)([a-z0-9]+)/i) ?? [];
    if (end) {
      if (last === above.at(-1)) out.add(`${above.join('')}nothing`);
      last = part;
      above.pop();
      continue;
    }
    if (part) out.add(above.join('') + (last = part));
    if (/^h[1-6]$/i.test(name) && !headings.endsWith(name)) headings += name;
    if (name && name !== 'switcher' && !empty.has(name)) above.push(part);
  }
  return out.add(headings);
}

// empty are the elements without an end.
const empty = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);

// bones returns tags and words of a page in turn: words as a dot where there are any, and
// tags without what they say. which writes a value that counts only by where else it stands.
function bones(html, which) {
  const value = (name, raw) => {
    if (bound.has(name)) return raw.split(/\s+/).length > 1 && /^aria-(described|labelled)by$/.test(name) ? raw.split(/\s+/).map(which).join(' ') : which(raw);
    if (kept.has(name) || name.startsWith('aria-')) return raw;
    if (name === 'content' && /width=/.test(raw)) return raw;
    if (name === 'href' && raw.startsWith('#')) return `#${which(raw.slice(1))}`;
    return raw.trim() ? '+' : '-';
  };
  return html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(switcher, '<switcher>')
    .split(/(<[^>]*>)/)
    .map((part, i) => (i % 2 === 0 ? (part.trim() ? '.' : '') : tag(part, value)));
}

// tag writes one tag with what counts of its attributes.
function tag(text, value) {
  return text.replace(/\s+([a-z:-]+)(?:="([^"]*)")?/gi, (_, name, raw) => {
    const n = name.toLowerCase();
    if (passing.has(n)) return '';
    return raw === undefined ? ` ${n}` : ` ${n}=${value(n, raw)}`;
  });
}

// languageList returns the list of languages of a page, or nothing.
export function languageList(html) {
  return html.match(switcher)?.[0].replace(/(href|formaction|action|form)="[^"]*"/g, '$1') ?? '';
}
