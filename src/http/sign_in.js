// Sign-in above the operations of Swagger UI: client credentials, and the officer whom the client acts for. The token goes
// to the scheme `bearer`; nothing is stored.
(() => {
  const form = document.createElement('form');
  form.id = 'sign-in';
  form.innerHTML = `
    <strong>Sign in</strong>
    <label>Client id <input name="client" autocomplete="off" required></label>
    <label>Client secret <input name="secret" type="password" autocomplete="off" required></label>
    <label>Officer (optional) <input name="operator" autocomplete="off" placeholder="bandung-fo-1"></label>
    <button>Get a token</button>
    <output></output>`;
  const style = document.createElement('style');
  style.textContent = `
    #sign-in { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; max-width: 1460px; margin: 0 auto;
      padding: 1rem 20px; font: 14px sans-serif; color: #3b4151; }
    #sign-in label { display: flex; flex-direction: column; gap: .2rem; font-size: 12px; }
    #sign-in input { padding: .4rem .5rem; border: 1px solid #d9d9d9; border-radius: 4px; min-width: 14rem; }
    #sign-in button { padding: .45rem 1rem; border: 2px solid #49cc90; border-radius: 4px; background: none;
      color: #2b7a56; font-weight: 700; cursor: pointer; }
    #sign-in output { flex-basis: 100%; min-height: 1em; }`;
  document.head.append(style);
  document.body.prepend(form);
  const output = form.querySelector('output');

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const field = (name) => form.elements[name].value.trim();
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    if (field('operator')) body.set('operator', field('operator'));
    const basic = btoa(`${encodeURIComponent(field('client'))}:${encodeURIComponent(field('secret'))}`);
    try {
      const answer = await fetch('/oauth/token', { method: 'POST', body, headers: { Authorization: `Basic ${basic}`, 'Accept-Language': 'en' } });
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.detail ?? said.title ?? answer.statusText);
      window.ui.preauthorizeApiKey('bearer', said.access_token);
      const until = new Date(Date.now() + said.expires_in * 1000).toLocaleTimeString();
      output.textContent = `Signed in as ${field('operator') || field('client')} until ${until}. Permissions: ${said.scope}`;
    } catch (error) {
      output.textContent = `Not signed in: ${error.message}`;
    }
  });
})();
