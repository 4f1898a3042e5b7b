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
  const wait = (ms, stop) => new Promise((done) => {
    const go = () => { clearTimeout(timer); removeEventListener('online', go); stop.removeEventListener('abort', go); done(); };
    const timer = setTimeout(go, ms);
    addEventListener('online', go);
    stop.addEventListener('abort', go);
  });
  const base64 = (text) => btoa(Array.from(new TextEncoder().encode(text), (b) => String.fromCharCode(b)).join(''));

  class Refused extends Error {}
  class Removed extends Error {} // the person does not want it any more

  const ask = async (stop, url, method, headers, body) => {
    let answer;
    try {
      if (stop.aborted) throw new Removed();
      answer = await fetch(url, { method, headers: { ...version, ...headers }, body, credentials: 'same-origin', redirect: 'error', signal: stop });
    } catch {
      if (stop.aborted) throw new Removed();
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
      const answer = await ask(told.stop, input.dataset.upload, 'POST', { 'Upload-Length': file.size, 'Upload-Metadata': `filename ${base64(file.name)}` });
      if (answer) return answer.headers.get('Location');
      told.waits();
      await wait(pause, told.stop);
    }
  };

  const offsetOf = async (url, told) => {
    const answer = await ask(told.stop, url, 'HEAD', {});
    return answer && Number(answer.headers.get('Upload-Offset'));
  };

  const whole = async (input, file, told, at) => {
    const key = nameOf(input, file);
    at.url = known.get(key);
    let offset = 0;
    if (at.url) {
      try { offset = await offsetOf(at.url, told); } catch (err) {
        if (err instanceof Removed) throw err;
        at.url = null;
        offset = 0;
      }
    }
    at.url ??= await begin(input, file, told);
    known.set(key, at.url);
    let size = 4 * least;
    let pause = 1000;
    while (offset === null || offset < file.size) {
      if (offset === null) {
        told.waits();
        await wait(pause, told.stop);
        pause = Math.min(2 * pause, longest);
        offset = await offsetOf(at.url, told);
        continue;
      }
      told.sent(offset);
      const began = performance.now();
      const answer = await ask(told.stop, at.url, 'PATCH', { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': offset }, file.slice(offset, offset + size));
      const took = performance.now() - began;
      if (!answer || answer.status === 409) {
        size = Math.max(least, size / 2);
        offset = answer ? await offsetOf(at.url, told) : null;
        continue;
      }
      offset = Number(answer.headers.get('Upload-Offset'));
      pause = 1000;
      size = took < 3000 ? Math.min(most, 2 * size) : took > 10_000 ? Math.max(least, size / 2) : size;
    }
    told.sent(file.size);
    known.drop(key);
    return at.url.split('/').at(-1);
  };

  // Resolves to the id of the file once all of it is kept. One that is removed meanwhile is
  // forgotten here, and on the server as soon as that can be told.
  const send = async (input, file, told) => {
    const at = { url: null };
    try {
      return await whole(input, file, told, at);
    } catch (err) {
      if (err instanceof Removed) {
        known.drop(nameOf(input, file));
        if (at.url) fetch(at.url, { method: 'DELETE', headers: version, credentials: 'same-origin', keepalive: true }).catch(() => {});
      }
      throw err;
    }
  };

  // What the person reads about one file, with a button that takes it out of the list.
  const telling = (list, words, file) => {
    const line = document.createElement('li');
    const part = document.createElement('progress');
    const text = document.createElement('span');
    const both = document.createElement('span');
    const remove = document.createElement('button');
    const which = document.createElement('span');
    const stop = new AbortController();
    part.max = file.size;
    part.setAttribute('aria-label', file.name);
    both.append(text, document.createElement('br'), part);
    remove.type = 'button';
    remove.className = 'link';
    which.className = 'vh';
    which.textContent = ` ${file.name}`;
    remove.append(words.remove, which);
    line.append(both, remove);
    list.append(line);
    let said = '';
    const says = (word) => {
      if (said !== word) text.textContent = word;
      said = word;
    };
    const told = {
      stop: stop.signal,
      removed: () => {},
      sent: (n) => {
        part.value = n;
        if (n === file.size) remove.remove(); // it is kept; what is kept is taken out of the form
        says((n < file.size ? words.going : words.kept).replace('{name}', () => file.name));
      },
      waits: () => says(words.waiting.replace('{name}', () => file.name)),
      fails: (why) => { part.previousSibling.remove(); part.remove(); says(why); },
    };
    remove.addEventListener('click', () => {
      stop.abort();
      line.remove();
      told.removed();
    });
    return told;
  };

  // One form may have several places for files, which are sent one after the other.
  const inputs = [...document.querySelectorAll('input[type=file][data-upload]')];
  for (const form of new Set(inputs.map((input) => input.form))) {
    const own = inputs.filter((input) => input.form === form).map((input) => {
      const said = document.createElement('div');
      const list = document.createElement('ul');
      said.setAttribute('role', 'status');
      list.className = 'files';
      input.after(said);
      return { input, said, list };
    });
    let state = 'waits';

    const hand = (input, id) => {
      if (!input.dataset.hands) return;
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = input.dataset.hands;
      field.value = id;
      form.append(field);
    };

    // Sends the files of one place; true when one was refused and said so.
    const place = async ({ input, said, list }) => {
      const files = [...input.files];
      let refused = false;
      list.replaceChildren();
      said.replaceChildren(list);
      const lines = files.map((f) => telling(list, input.dataset, f));
      for (const line of lines) line.removed = () => { if (!said.contains(document.activeElement)) input.focus(); };
      for (const [i, file] of files.entries()) {
        try {
          hand(input, await send(input, file, lines[i]));
        } catch (err) {
          if (err instanceof Removed) continue;
          // The form brings it, and the page that comes says what is wrong; but not a large one for nothing.
          if (!(err instanceof Refused) || !err.message || file.size < small) {
            const left = new DataTransfer();
            for (const [n, f] of files.entries()) if (n >= i && !lines[n].stop.aborted) left.items.add(f);
            input.files = left.files;
            return refused;
          }
          refused = true;
          lines[i].fails(err.message);
        }
      }
      input.value = '';
      return refused;
    };

    form.addEventListener('submit', async (e) => {
      const button = e.submitter;
      const full = own.filter(({ input }) => input.files.length > 0);
      if (state === 'done' || full.length === 0 || button?.dataset.without !== undefined || button?.getAttribute('formaction')?.includes('carry=')) return;
      e.preventDefault();
      if (state === 'sends') return;
      state = 'sends';
      let stuck = null;
      for (const one of full) if (await place(one)) stuck ??= one.input;
      state = stuck ? 'waits' : 'done';
      if (stuck) stuck.focus();
      else form.requestSubmit(button);
    });
  }
})();
