#!/usr/bin/env node
// The Postman collection, made from the story in story/ and the contract.
//
//   node postman/build.mjs           writes postman/slrt.postman_collection.json
//   node postman/build.mjs --check   exits with 1 when the committed collection is not what it would write
//
// The folder "Main flow" comes first: the path of a complaint, with what the service refuses on the way. The folders
// after it continue the story until every operation of the contract has succeeded at least once. The same story and the
// same contract give the same bytes: no random ids, no times.
//
// To use it in Postman: import the collection and the file `demo.postman_environment.json` that the demo writes into its
// data folder, choose that environment, and run the collection. It fetches its tokens by itself. On the command line:
//
//   newman run postman/slrt.postman_collection.json -e var/demo.postman_environment.json

import { readFileSync, writeFileSync } from 'node:fs';
import { contract } from './story/contract.mjs';
import { collection } from './story/index.mjs';

const COLLECTION = new URL('slrt.postman_collection.json', import.meta.url);

const text = `${JSON.stringify(collection(contract.info), null, 2)}\n`;
if (process.argv.includes('--check')) {
  let committed = '';
  try {
    committed = readFileSync(COLLECTION, 'utf8');
  } catch {
    // A missing file is as stale as an old one.
  }
  if (committed !== text) {
    console.error('postman/slrt.postman_collection.json is stale: run node postman/build.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(COLLECTION, text);
}
