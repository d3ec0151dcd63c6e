// Whoever forgot their password, or is locked out, helps themselves: a code by message or from the authenticator, characters
// of an answer; then a new password, or only an unlock. With and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { looks } from './looks.mjs';
import { messages } from './sms.mjs';
import { browser, code, fillSignIn, PASSWORD, read, reads, setUpAuthenticator, signedIn, stranger, WAYS } from './person.mjs';

const NEW = 'nine blue teapots';
const ANSWERS = new Map([
  ['What was your first school called?', 'St. Mary’s'],
  ['What was your first pet called?', 'Captain Flint'],
  ['Which ship did my uncle sail on?', 'Northern Star'],
]);

let served, chrome, sms;
before(async () => {
  sms = await messages();
  served = await federation({
    env: { ALMONER_SMS_KIND: 'webhook', ALMONER_SMS_URL: sms.url, ALMONER_SMS_KEY: 'ours' },
    // Ten failures with their waits take a quarter of an hour.
    policy: (text) => text.replace('lock_after_failures = 10', 'lock_after_failures = 4'),
  });
  chrome = await browser();
});
after(async () => { await chrome?.close(); await served?.stop(); await sms?.stop(); });

/** Answers three questions, the last of one's own wording. */
async function answerQuestions(page) {
  await page.goto('/security');
  await page.getByRole('link', { name: 'Security answers' }).click();
  let number = 0;
  for (const [question, answer] of ANSWERS) {
    number += 1;
    if (number < 3) await page.locator(`[name=question${number}]`).selectOption(question);
    else await page.locator(`[name=own${number}]`).fill(question);
    await page.locator(`[name=answer${number}]`).fill(answer);
  }
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Keep these answers' }).click();
  await reads(page, 'Questions that you have answered', 'Which ship did my uncle sail on?');
}

async function confirmMobile(page, number) {
  await page.goto('/security');
  await page.getByRole('link', { name: 'Mobile number' }).click();
  await page.getByLabel('Mobile number').fill(number);
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Send a code to it' }).click();
  const message = await sms.next();
  assert.match(message.text, new RegExp(`^${message.code} is your code`));
  await page.getByLabel('Code', { exact: true }).fill(message.code);
  await page.getByRole('button', { name: 'Confirm the number' }).click();
  await reads(page, 'Confirmed: codes are sent to it');
  return message.to;
}

/** Types the characters of the answer that the page asks for. */
async function tellCharacters(page) {
  const asked = await read(page);
  const [, answer] = [...ANSWERS].find(([question]) => asked.includes(question));
  const letters = [...answer.toLowerCase()].filter((c) => /[a-z0-9]/.test(c));
  const places = [...asked.match(/The (.+) character of your answer/)[1].matchAll(/\d+/g)].map(Number);
  assert.equal(places.length, 3);
  await page.getByLabel(/character of your answer/).fill(places.map((place) => letters[place - 1]).join(''));
  await page.getByRole('button', { name: 'Go on' }).click();
}

async function begin(page, name) {
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Forgotten password or locked account' }).click();
  await page.getByLabel('Email address').fill(address(name));
  await page.getByRole('button', { name: 'Go on' }).click();
}

async function showCode(page, digits) {
  await page.getByLabel('Code').fill(digits);
  await page.getByRole('button', { name: 'Go on' }).click();
}

async function choose(page, password) {
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('The new password again').fill(password);
  await page.getByRole('button', { name: 'Choose this password' }).click();
}

for (const { js, way } of WAYS) {
  test(`a code by message and an answer give a new password, ${way}`, async () => {
    const name = js ? 'una.user' : 'ugo.user';
    const own = await signedIn(chrome, served, name, { js });
    await own.goto('/security');
    await reads(own, 'You cannot choose a new one yourself yet');
    await answerQuestions(own);
    const number = await confirmMobile(own, js ? '07700 900123' : '07700 900124');
    await own.goto('/security');
    await reads(own, 'You can choose a new one yourself');

    const page = await stranger(chrome, served, { js });
    await begin(page, name);
    const message = await sms.next();
    assert.equal(message.to, number);
    await showCode(page, message.code === '000000' ? '000001' : '000000');
    await reads(page, 'That is not right');
    await showCode(page, message.code);
    await page.getByLabel(/character of your answer/).fill('zzz');
    await page.getByRole('button', { name: 'Go on' }).click();
    await reads(page, 'These are not the characters');
    if (js) assert.deepEqual(await looks(page, 'recover-answer'), []);
    await tellCharacters(page);
    await choose(page, 'short');
    await reads(page, 'too short');
    if (js) assert.deepEqual(await looks(page, 'recover-password'), []);
    await choose(page, NEW);
    await reads(page, 'Your new password holds from now on');
    assert.match(served.run('history', address(name)), /password/i);

    await own.goto('/');
    assert.match(own.url(), /\/sign-in/, 'all sessions ended');
    await fillSignIn(own, name, PASSWORD);
    await reads(own, 'do not go together');
    // The wrong one just now asks for patience of nobody yet.
    await page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await fillSignIn(page, name, NEW);
    await reads(page, 'New password chosen');
    await own.context().close();
    await page.context().close();
  });

  test(`an authenticator and an answer unlock, and the password stays, ${way}`, async () => {
    const name = js ? 'ada.able' : 'bert.able';
    const own = await signedIn(chrome, served, name, { js });
    await own.goto('/security');
    await own.getByRole('link', { name: 'Set up an authenticator' }).click();
    const factors = await setUpAuthenticator(own);
    await answerQuestions(own);
    await own.context().close();

    // Somebody else tries, from a browser that the account does not know, until no stranger is let in.
    const page = await stranger(chrome, served, { js });
    await page.goto('/sign-in');
    for (let failures = 0; failures < 4;) {
      await fillSignIn(page, name, 'no idea');
      if (/Wait \d+ seconds/.test(await read(page))) await new Promise((done) => { setTimeout(done, 250); });
      else failures += 1;
    }
    await fillSignIn(page, name, PASSWORD);
    await reads(page, 'or the account is locked');
    await begin(page, name);
    // The digits that set it up are used; the next ones are those of a telephone that is a little ahead.
    await showCode(page, code(factors.secret, 1));
    await tellCharacters(page);
    await page.getByRole('button', { name: 'Unlock, and keep my password' }).click();
    await reads(page, 'Your account is unlocked. Your password is the same as before.');
    await page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await fillSignIn(page, name, PASSWORD);
    await page.getByLabel('Code').fill(factors.codes.pop());
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.context().close();
  });
}

test('an address that does not exist meets the same pages', async () => {
  const page = await stranger(chrome, served);
  const told = [];
  for (const name of ['hana.helpdesk', 'no.such']) {
    await begin(page, name);
    told.push(await read(page));
    await showCode(page, '000000');
    told.push(await read(page));
  }
  assert.deepEqual(told.slice(0, 2), told.slice(2));
  await page.context().close();
});
