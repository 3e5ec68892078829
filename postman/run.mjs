#!/usr/bin/env node
// Runs the whole collection with newman, and fails when an operation of the contract has not answered 2xx.
//
//   postman/run.mjs <demo.postman_environment.json> [further options of newman]
//
// newman is the one that $NEWMAN names, or the one installed in this folder (npm ci), or the pinned one by way of npx.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operationOf, operations } from './story/contract.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const [environment, ...options] = process.argv.slice(2);
if (!environment) {
  console.error('usage: postman/run.mjs <demo.postman_environment.json> [options of newman]');
  process.exit(2);
}

function newman() {
  if (process.env.NEWMAN) return [process.env.NEWMAN];
  const installed = join(here, 'node_modules', '.bin', 'newman');
  if (existsSync(installed)) return [installed];
  const { devDependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  return ['npx', '--yes', `newman@${devDependencies.newman}`];
}

/** The operations that no request of the run has met with a 2xx. */
function unmet({ run }) {
  const met = new Set();
  for (const { request, response } of run.executions) {
    if (response?.code >= 200 && response.code < 300) {
      const segments = request.url.path.map((segment) => {
        const named = segment.startsWith(':') && request.url.variable?.find((v) => v.key === segment.slice(1));
        return named ? named.value : segment;
      });
      met.add(operationOf(request.method, `/${segments.join('/')}`)?.id);
    }
  }
  return operations.map((operation) => operation.id).filter((id) => !met.has(id));
}

const folder = mkdtempSync(join(tmpdir(), 'slrt-newman-'));
let status = 1;
try {
  const report = join(folder, 'report.json');
  const [command, ...first] = newman();
  const args = [
    'run', join(here, 'slrt.postman_collection.json'), '--environment', environment,
    '--reporters', 'cli,json', '--reporter-json-export', report, ...options,
  ];
  const ran = spawnSync(command, [...first, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (ran.error) throw ran.error;
  status = ran.status ?? 1;
  const missing = unmet(JSON.parse(readFileSync(report, 'utf8')));
  console.log(`run.mjs: ${operations.length - missing.length} of ${operations.length} operations answered 2xx`);
  if (missing.length > 0) {
    console.error(`run.mjs: without a 2xx: ${missing.join(', ')}`);
    status ||= 1;
  }
} catch (error) {
  console.error(`run.mjs: ${error.message}`);
  status = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
