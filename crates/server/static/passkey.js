// Passkeys: the browser asks the authenticator, its answer goes into our form, and the form is sent like any other. Without
// this file the pages offer the code instead.
'use strict';
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const keys = (ids) => ids.split(' ').filter(Boolean).map((id) => ({ type: 'public-key', id: bytes(id) }));

  const create = async (asked) => {
    const made = await navigator.credentials.create({ publicKey: {
      challenge: bytes(asked.challenge),
      rp: { id: asked.party, name: asked.brand },
      user: { id: bytes(asked.handle), name: asked.person, displayName: asked.person },
      pubKeyCredParams: asked.algorithms.split(' ').map((alg) => ({ type: 'public-key', alg: Number(alg) })),
      excludeCredentials: keys(asked.known),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      attestation: 'none',
      timeout: 240000,
    } });
    return { client: made.response.clientDataJSON, data: made.response.getAuthenticatorData() };
  };

  const get = async (asked) => {
    const shown = await navigator.credentials.get({ publicKey: {
      challenge: bytes(asked.challenge),
      rpId: asked.party,
      allowCredentials: keys(asked.known),
      userVerification: 'required',
      timeout: 240000,
    } });
    const { clientDataJSON, authenticatorData, signature } = shown.response;
    return { credential: shown.rawId, client: clientDataJSON, data: authenticatorData, signature };
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    document.querySelectorAll('[data-without-passkey]').forEach((hint) => { hint.hidden = true; });
    const wrong = form.querySelector('[role="alert"]');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      wrong.hidden = true;
      try {
        const answer = await (form.dataset.passkey === 'create' ? create : get)(form.dataset);
        for (const [name, value] of Object.entries(answer)) form.elements[name].value = text(value);
        form.submit();
      } catch {
        wrong.hidden = false;
      }
    });
  }
})();
