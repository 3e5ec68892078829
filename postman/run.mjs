#!/usr/bin/env node
// Runs the collection's folder "Main flow" against a demo with newman.
//
//   postman/run.mjs <demo-credentials.json> <base URL> [further options of newman]
//
// The credentials stand in an environment file of the moment, readable by its owner alone, which is removed again.
// newman is the one that $NEWMAN names, or the one installed in this folder (npm ci), or the pinned one by way of npx.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLIENTS } from './main-flow.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const [credentialsFile, baseUrl, ...options] = process.argv.slice(2);
if (!credentialsFile || !baseUrl) {
  console.error('usage: postman/run.mjs <demo-credentials.json> <base URL> [options of newman]');
  process.exit(2);
}

function environment() {
  const credentials = JSON.parse(readFileSync(credentialsFile, 'utf8'));
  const values = [{ key: 'baseUrl', value: baseUrl.replace(/\/+$/, ''), enabled: true }];
  for (const [name, id] of Object.entries(CLIENTS)) {
    const known = credentials.find((c) => c.client_id === id);
    if (!known) throw new Error(`${credentialsFile} has no client ${id}`);
    values.push({ key: `${name}_client_id`, value: id, enabled: true });
    values.push({ key: `${name}_client_secret`, value: known.client_secret, enabled: true, type: 'secret' });
  }
  return { name: 'demo', values };
}

function newman() {
  if (process.env.NEWMAN) return [process.env.NEWMAN];
  const installed = join(here, 'node_modules', '.bin', 'newman');
  if (existsSync(installed)) return [installed];
  const { devDependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  return ['npx', '--yes', `newman@${devDependencies.newman}`];
}

const folder = mkdtempSync(join(tmpdir(), 'slrt-newman-'));
let status = 1;
try {
  const file = join(folder, 'environment.json');
  writeFileSync(file, JSON.stringify(environment()), { mode: 0o600 });
  const [command, ...first] = newman();
  const args = ['run', join(here, 'slrt.postman_collection.json'), '--folder', 'Main flow', '--environment', file];
  const ran = spawnSync(command, [...first, ...args, ...options], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (ran.error) throw ran.error;
  status = ran.status ?? 1;
} catch (error) {
  console.error(`run.mjs: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
