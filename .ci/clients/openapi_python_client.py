"""A client by openapi-python-client: sign in, read the villages of a district, submit a complaint."""

import sys
import uuid
from base64 import b64encode

from slrt_referral_api_client import AuthenticatedClient, Client
from slrt_referral_api_client.api.access import issue_token
from slrt_referral_api_client.api.complaints import get_complaint, submit_complaint
from slrt_referral_api_client.api.regions import list_region_children
from slrt_referral_api_client.models import Complainant, Complaint, RegionList, Sector, SubmitComplaint, TokenAnswer, TokenRequest

address, client_id, secret, operator = sys.argv[1:]
basic = b64encode(f"{client_id}:{secret}".encode()).decode()

anonymous = Client(base_url=address)
signing_in = anonymous.with_headers({"Authorization": f"Basic {basic}"})
token = issue_token.sync(client=signing_in, body=TokenRequest(grant_type="client_credentials", operator=operator))
assert isinstance(token, TokenAnswer), token
desk = AuthenticatedClient(base_url=address, token=token.access_token)

villages = list_region_children.sync("32.04.05", client=anonymous)
assert isinstance(villages, RegionList), villages

body = SubmitComplaint(
    region_code=villages.items[0].code,
    sector=Sector.EDUCATION,
    description="Anak belum menerima KIP.",
    complainant=Complainant(name="Siti Rahmawati"),
)
made = submit_complaint.sync(client=desk, body=body, idempotency_key=f'"{uuid.uuid4()}"')
assert isinstance(made, Complaint), made
read = get_complaint.sync(made.id, client=desk)
assert isinstance(read, Complaint) and read.status == "received", read
print(f"openapi-python-client: {made.reference_no}, {read.status}")
