// A browser, and a person who signs in with it: a temporary password, one of their own, an authenticator.
import { createHmac } from 'node:crypto';
import { chromium } from 'playwright-core';
import { address } from './federation.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
export const PASSWORD = 'three red kettles';

export const browser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

/** The six digits of RFC 6238 for a secret in base 32. */
export function code(secret, ahead = 0) {
  const bits = [...secret.replace(/[\s=]/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / 30) + ahead));
  const mac = createHmac('sha1', key).update(step).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** A page on which a person is wholly signed in; without JavaScript where `js` is false. */
export async function signedIn(with_, served, name, { js = true, ...more } = {}) {
  const context = await with_.newContext({ baseURL: served.url, javaScriptEnabled: js, viewport: { width: 1280, height: 900 }, ...more });
  const page = await context.newPage();
  const temporary = served.password(name);
  await page.goto('/sign-in');
  await page.getByLabel('Email address').fill(address(name));
  await page.getByLabel('Password', { exact: true }).fill(temporary);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.locator('[name=current]').fill(temporary);
  await page.locator('[name=new]').fill(PASSWORD);
  await page.locator('[name=again]').fill(PASSWORD);
  await page.locator('main form button').first().click();
  if (page.url().endsWith('/sign-in/authenticator')) {
    const secret = await page.locator('[name=secret]').first().inputValue();
    await page.locator('[name=code]').fill(code(secret));
    await page.locator('main form button').first().click();
    await page.getByText('recovery codes', { exact: false }).first().waitFor();
  }
  await page.goto('/');
  return page;
}
