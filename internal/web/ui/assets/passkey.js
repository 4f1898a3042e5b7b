// Passkeys. Asks this site for a question, the browser for the answer, and sends the
// form that the button stands in, with the answer in a hidden field. Without this
// script the pages offer password and one-time password.
(() => {
  'use strict';
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => {
    const chars = Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join('');
    return btoa(chars).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  };

  // What the site sends as text the browser wants as bytes.
  const asked = (o) => {
    o.challenge = bytes(o.challenge);
    if (o.user) o.user.id = bytes(o.user.id);
    for (const list of [o.allowCredentials, o.excludeCredentials]) {
      for (const c of list ?? []) c.id = bytes(c.id);
    }
    const prf = o.extensions?.prf?.eval;
    if (prf) prf.first = bytes(prf.first);
    return o;
  };

  const answered = (c) => {
    const response = {};
    for (const name of ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject']) {
      if (c.response[name]) response[name] = text(c.response[name]);
    }
    if (c.response.getTransports) response.transports = c.response.getTransports();
    const { prf, credProps } = c.getClientExtensionResults();
    const results = {};
    if (credProps) results.credProps = credProps;
    if (prf) results.prf = prf.results?.first ? { ...prf, results: { first: text(prf.results.first) } } : { enabled: prf.enabled };
    return { id: c.id, rawId: text(c.rawId), type: c.type, response, clientExtensionResults: results };
  };

  const question = async (purpose) => {
    const answer = await fetch('/desk/passkey', {
      method: 'POST', body: new URLSearchParams({ for: purpose }), credentials: 'same-origin', redirect: 'error',
    });
    if (!answer.ok) throw new Error('no question');
    return asked((await answer.json()).publicKey);
  };

  const enter = async (form, purpose) => {
    const c = await navigator.credentials.get({ publicKey: await question(purpose) });
    form.elements.namedItem('passkey').value = JSON.stringify(answered(c));
  };

  // Some passkeys compute only once they exist: such a one is asked a second time.
  const add = async (form) => {
    const o = await question('add');
    const c = await navigator.credentials.create({ publicKey: o });
    const prf = c.getClientExtensionResults().prf;
    form.elements.namedItem('created').value = JSON.stringify(answered(c));
    if (!prf?.enabled || prf.results?.first) return;
    try {
      const first = await navigator.credentials.get({
        publicKey: {
          challenge: o.challenge, rpId: o.rp.id, userVerification: 'required', extensions: o.extensions?.prf ? { prf: o.extensions.prf } : {},
          allowCredentials: [{ type: 'public-key', id: c.rawId }],
        },
      });
      form.elements.namedItem('evaluated').value = JSON.stringify(answered(first));
    } catch { /* then it is a second factor */ }
  };

  const works = (host) => window.isSecureContext && window.PublicKeyCredential &&
    (location.hostname === host || location.hostname.endsWith(`.${host}`));

  // With several buttons the person says with one of them what it is for.
  const send = (part, form) => {
    const buttons = form.querySelectorAll('button[type=submit]');
    if (buttons.length === 0) form.submit();
    else if (buttons.length === 1) form.requestSubmit(buttons[0]);
    else part.querySelector('[data-shown]').hidden = false;
  };

  for (const part of document.querySelectorAll('[data-passkey]')) {
    if (!works(part.dataset.host)) continue;
    part.hidden = false;
    const button = part.querySelector('button');
    const failed = part.querySelector('[data-failed]');
    button.addEventListener('click', async () => {
      failed.hidden = true;
      button.disabled = true;
      try {
        if (part.dataset.passkey === 'add') await add(button.form);
        else await enter(button.form, part.dataset.passkey);
        send(part, button.form);
      } catch {
        failed.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
  }
})();
