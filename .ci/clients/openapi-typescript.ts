// Types by openapi-typescript, calls by openapi-fetch: sign in, read the villages of a district, submit a complaint.

import createClient from 'openapi-fetch';
import type { components, paths } from './generated/openapi-typescript.js';

const [address, id, secret, operator] = process.argv.slice(2);
if (!address || !id || !secret || !operator) throw new Error('usage: openapi-typescript.js <address> <client id> <secret> <operator>');

const client = createClient<paths>({ baseUrl: address });

const signedIn = await client.POST('/oauth/token', {
  body: { grant_type: 'client_credentials', operator },
  headers: {
    Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    'Content-Type': 'application/x-www-form-urlencoded',
  },
});
if (!signedIn.data) throw new Error(`no token: ${JSON.stringify(signedIn.error)}`);
const headers = { Authorization: `Bearer ${signedIn.data.access_token}` };

const villages = await client.GET('/v1/regions/{code}/children', { params: { path: { code: '32.04.05' } } });
const village = villages.data?.items[0];
if (!village) throw new Error('no village');

const complaint: components['schemas']['SubmitComplaint'] = {
  region_code: village.code,
  sector: 'health',
  description: 'Kartu BPJS tidak aktif.',
  complainant: { name: 'Siti Rahmawati' },
};
const made = await client.POST('/v1/complaints', {
  body: complaint,
  headers,
  params: { header: { 'Idempotency-Key': `"${crypto.randomUUID()}"` } },
});
if (!made.data) throw new Error(`no complaint: ${JSON.stringify(made.error)}`);

const status: components['schemas']['ComplaintStatus'] = 'received';
const list = await client.GET('/v1/complaints', { headers, params: { query: { status, limit: 5 } } });
if (!list.data?.items.some((item) => item.id === made.data.id)) throw new Error('the complaint is not in the list');
console.log(`openapi-typescript: ${made.data.reference_no}, ${made.data.status}`);
