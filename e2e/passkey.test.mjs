// A passkey, with the browser's own virtual authenticator: set up, used in place of the code, and alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { browser, PASSWORD, signedIn } from './person.mjs';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

test('a person sets up a passkey and signs in with it', async (t) => {
  const page = await signedIn(chrome, served, 'una.user');
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true,
  } });

  await t.test('sets it up and gives it a name', async () => {
    await page.goto('/security/passkeys');
    await page.getByLabel('What you call it').fill('the blue key');
    await page.locator('[name=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set up the passkey' }).click();
    await page.getByText('recovery codes', { exact: false }).first().waitFor();
    await page.goto('/security');
    await page.getByText('the blue key').first().waitFor();
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    assert.deepEqual(credentials.map((one) => one.rpId), ['localhost']);
  });

  await t.test('shows it after the password', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto('/sign-in');
    await page.getByLabel('Email address').fill(address('una.user'));
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  });

  await t.test('needs no password at all', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto('/sign-in/passkey');
    await page.getByRole('button', { name: 'Show a passkey' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.match(await page.locator('main').innerText(), /una\.user/i);
  });

  await t.test('gives nothing away to another address of the same machine', async () => {
    const other = await page.context().newPage();
    await other.goto(`${served.url.replace('localhost', '127.0.0.1')}/sign-in/passkey`);
    await other.getByRole('button', { name: 'Show a passkey' }).click();
    await other.locator('form [role=alert]:visible').waitFor();
    assert.match(other.url(), /127\.0\.0\.1/, 'nothing was sent');
    await other.close();
  });

  await t.test('is told what to do when the device says no', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto('/sign-in/passkey');
    await page.getByRole('button', { name: 'Show a passkey' }).click();
    await page.locator('form [role=alert]:visible').waitFor();
  });
  await page.context().close();
});
