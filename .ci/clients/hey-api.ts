// A client by @hey-api/openapi-ts: sign in, read the villages of a district, submit a complaint.

import { client } from './generated/hey-api/client.gen.js';
import { getComplaint, issueToken, listRegionChildren, submitComplaint } from './generated/hey-api/sdk.gen.js';

const [address, id, secret, operator] = process.argv.slice(2);
if (!address || !id || !secret || !operator) throw new Error('usage: hey-api.js <address> <client id> <secret> <operator>');

let token = '';
client.setConfig({
  baseUrl: address,
  auth: (scheme) => (scheme.scheme === 'basic' ? `${id}:${secret}` : token),
});

const signedIn = await issueToken({ body: { grant_type: 'client_credentials', operator }, throwOnError: true });
token = signedIn.data.access_token;

const villages = await listRegionChildren({ path: { code: '32.04.05' }, throwOnError: true });
const village = villages.data.items[0];
if (!village) throw new Error('no village');

const made = await submitComplaint({
  body: { region_code: village.code, sector: 'food', description: 'Beras bulan ini belum datang.', complainant: { name: 'Siti Rahmawati' } },
  headers: { 'Idempotency-Key': `"${crypto.randomUUID()}"` },
  throwOnError: true,
});
const read = await getComplaint({ path: { id: made.data.id }, throwOnError: true });
if (read.data.status !== 'received') throw new Error(`the complaint is ${read.data.status}`);
console.log(`@hey-api/openapi-ts: ${made.data.reference_no}, ${read.data.status}`);
