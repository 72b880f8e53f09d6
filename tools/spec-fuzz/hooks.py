"""Signs in for each case, since some cases end the session that they use, and sends emails."""

import os

import requests
import schemathesis

ROLE = os.environ["ROLE"]

# Emails are texts. Schemathesis does not know the type.
schemathesis.serializer.alias("message/rfc822", "text/plain")

if ROLE != "anonymous":

    @schemathesis.auth(refresh_interval=None)
    class SignIn:
        def get(self, case, context):
            credentials = {"email": os.environ["EMAIL"], "password": os.environ["PASSWORD"]}
            answer = requests.post(f"{os.environ['BASE_URL']}/v2/auth/login", json=credentials, timeout=10)
            answer.raise_for_status()
            return answer.json()["accessToken"]

        def set(self, case, data, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
