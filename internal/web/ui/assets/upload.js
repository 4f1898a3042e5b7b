// Large files on weak networks. Sends the files of a form in pieces (tus 1.0.0) when the
// form is sent, goes on where it broke, and then sends the rest of the form. Without this
// script the files come with the form.
(() => {
  'use strict';
  const version = { 'Tus-Resumable': '1.0.0' };
  const least = 128 * 1024;
  const most = 8 * 1024 * 1024;
  const small = 1024 * 1024;
  const longest = 30_000; // milliseconds between two tries
  const wait = (ms) => new Promise((done) => {
    const go = () => { clearTimeout(timer); removeEventListener('online', go); done(); };
    const timer = setTimeout(go, ms);
    addEventListener('online', go);
  });
  const base64 = (text) => btoa(Array.from(new TextEncoder().encode(text), (b) => String.fromCharCode(b)).join(''));

  class Refused extends Error {}

  const ask = async (url, method, headers, body) => {
    let answer;
    try {
      answer = await fetch(url, { method, headers: { ...version, ...headers }, body, credentials: 'same-origin', redirect: 'error' });
    } catch {
      return null; // the network broke
    }
    if (answer.ok || answer.status === 409) return answer;
    if (answer.status === 429 || answer.status === 502 || answer.status === 503 || answer.status === 504) return null;
    throw new Refused(method === 'HEAD' ? '' : (answer.headers.get('Content-Type') ?? '').startsWith('text/plain') ? await answer.text() : '');
  };

  // The address of an upload that broke with the page is kept until the tab closes.
  const nameOf = (input, file) => `upload ${input.dataset.upload} ${file.name} ${file.size} ${file.lastModified}`;
  const known = {
    get: (key) => { try { return sessionStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* then it is not resumed */ } },
    drop: (key) => { try { sessionStorage.removeItem(key); } catch { /* nothing was kept */ } },
  };

  const begin = async (input, file, told) => {
    for (let pause = 1000; ; pause = Math.min(2 * pause, longest)) {
      const answer = await ask(input.dataset.upload, 'POST', { 'Upload-Length': file.size, 'Upload-Metadata': `filename ${base64(file.name)}` });
      if (answer) return answer.headers.get('Location');
      told.waits();
      await wait(pause);
    }
  };

  const offsetOf = async (url) => {
    const answer = await ask(url, 'HEAD', {});
    return answer && Number(answer.headers.get('Upload-Offset'));
  };

  // Resolves to the id of the file once all of it is kept.
  const send = async (input, file, told) => {
    const key = nameOf(input, file);
    let url = known.get(key);
    let offset = 0;
    if (url) {
      try { offset = await offsetOf(url); } catch { url = null; }
    }
    url ??= await begin(input, file, told);
    known.set(key, url);
    let size = 4 * least;
    let pause = 1000;
    while (offset === null || offset < file.size) {
      if (offset === null) {
        told.waits();
        await wait(pause);
        pause = Math.min(2 * pause, longest);
        offset = await offsetOf(url);
        continue;
      }
      told.sent(offset);
      const began = performance.now();
      const answer = await ask(url, 'PATCH', { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': offset }, file.slice(offset, offset + size));
      const took = performance.now() - began;
      if (!answer || answer.status === 409) {
        size = Math.max(least, size / 2);
        offset = answer ? await offsetOf(url) : null;
        continue;
      }
      offset = Number(answer.headers.get('Upload-Offset'));
      pause = 1000;
      size = took < 3000 ? Math.min(most, 2 * size) : took > 10_000 ? Math.max(least, size / 2) : size;
    }
    told.sent(file.size);
    known.drop(key);
    return url.split('/').at(-1);
  };

  // What the person reads about one file.
  const telling = (list, words, file) => {
    const line = document.createElement('li');
    const part = document.createElement('progress');
    const text = document.createElement('span');
    part.max = file.size;
    part.setAttribute('aria-label', file.name);
    const both = document.createElement('span');
    both.append(text, document.createElement('br'), part);
    line.append(both);
    list.append(line);
    let said = '';
    const says = (word) => {
      if (said !== word) text.textContent = word;
      said = word;
    };
    return {
      sent: (n) => {
        part.value = n;
        says((n < file.size ? words.going : words.kept).replace('{name}', () => file.name));
      },
      waits: () => says(words.waiting.replace('{name}', () => file.name)),
      fails: (why) => { part.remove(); says(why); },
    };
  };

  for (const input of document.querySelectorAll('input[type=file][data-upload]')) {
    const { form } = input;
    const said = document.createElement('div');
    const list = document.createElement('ul');
    said.setAttribute('role', 'status');
    list.className = 'files';
    input.after(said);
    let state = 'waits';

    const hand = (id) => {
      if (!input.dataset.hands) return;
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = input.dataset.hands;
      field.value = id;
      form.append(field);
    };

    form.addEventListener('submit', async (e) => {
      if (state === 'done' || input.files.length === 0) return;
      e.preventDefault();
      if (state === 'sends') return;
      state = 'sends';
      const button = e.submitter;
      const files = [...input.files];
      let refused = false;
      list.replaceChildren();
      said.replaceChildren(list);
      const lines = files.map((f) => telling(list, input.dataset, f));
      for (const [i, file] of files.entries()) {
        try {
          hand(await send(input, file, lines[i]));
        } catch (err) {
          // The form brings it, and the page that comes says what is wrong; but not a large one for nothing.
          if (!(err instanceof Refused) || !err.message || file.size < small) {
            const left = new DataTransfer();
            for (const f of files.slice(i)) left.items.add(f);
            input.files = left.files;
            state = 'done';
            form.requestSubmit(button);
            return;
          }
          refused = true;
          lines[i].fails(err.message);
        }
      }
      input.value = '';
      state = refused ? 'waits' : 'done';
      if (refused) input.focus();
      else form.requestSubmit(button);
    });
  }
})();
