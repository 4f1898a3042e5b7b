// Single keys on the desk, for a member who turned them on. They move the focus, open
// links or press buttons that stand on the page anyway, and never send anything that was
// written. Inside a field a key is what somebody types. The list of keys is /desk/keys.
(() => {
  'use strict';
  const said = document.createElement('p');
  said.className = 'vh';
  said.setAttribute('role', 'status');
  document.getElementById('main').append(said);

  const one = (selector) => document.querySelector(`main ${selector}`);
  const opens = (element) => element?.click();
  const rows = () => [...document.querySelectorAll('main tbody th a, main .hits h2 a')];
  const moves = (step) => {
    const list = rows();
    const at = list.indexOf(document.activeElement);
    const next = at < 0 ? list.at(step < 0 ? -1 : 0) : list[at + step];
    next?.focus();
  };
  const writes = (audience) => {
    const choice = one(`input[name=audience][value=${audience}]`);
    const field = one('#compose textarea[name=text]');
    if (!choice || !field) return;
    choice.checked = true;
    said.textContent = choice.labels[0]?.innerText ?? '';
    field.focus();
  };
  const search = () => {
    const field = one('input[name=q]');
    if (field) field.focus();
    else location.assign('/desk/go');
  };

  const keys = {
    j: () => moves(1),
    k: () => moves(-1),
    o: () => rows().includes(document.activeElement) && opens(document.activeElement),
    x: () => opens(document.activeElement?.closest('tr')?.querySelector('input[type=checkbox]')),
    r: () => writes('message'),
    n: () => writes('note'),
    a: () => one('select[name=member]')?.focus(),
    s: () => opens(one('a[href$="/snooze"]')),
    u: () => opens(one('a.back')),
    '/': search,
    '?': () => location.assign('/desk/keys'),
  };
  const goes = { i: '/desk', t: '/desk/tasks' };
  let going = 0; // until when a key after g says where to go

  document.addEventListener('keydown', (e) => {
    const field = e.target.closest('input, select, textarea, [contenteditable]');
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      const button = field?.closest('form')?.querySelector('button[name=act][value=check]');
      if (button) e.preventDefault();
      button?.click();
      return;
    }
    if (field || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented) return;
    const to = e.timeStamp < going ? goes[e.key] : undefined;
    going = e.key === 'g' ? e.timeStamp + 1500 : 0;
    if (!to && !Object.hasOwn(keys, e.key)) return;
    e.preventDefault();
    if (to) location.assign(to);
    else keys[e.key]();
  });
})();
