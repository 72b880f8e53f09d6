"""Calls Gatehouse over mutual TLS with a client that grpcio-tools has generated, as a service in Python would."""

import json
import os
import sys
import time
import uuid
from pathlib import Path
from urllib.request import Request, urlopen

import grpc
from gatehouse.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from gatehouse.notifications.v1 import notifications_pb2, notifications_pb2_grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

BASE_URL = os.environ["BASE_URL"]
TARGET = os.environ["GRPC_TARGET"]
CERTIFICATES = Path(os.environ["CERTIFICATES"])
DEADLINE = 10
SERVICES = ["gatehouse.accounts.v1.AccountsService", "gatehouse.notifications.v1.NotificationsService"]
TEMPLATE = {
    "name": "order-shipped",
    "variables": {"orderId": {"type": "string"}},
    "contents": {"en": {"inbox": {"title": "Order {{ orderId }} has shipped", "body": "It is on its way."}}},
}
failures = 0


def check(what: str, holds: bool) -> None:
    global failures
    failures += not holds
    print(f"{'ok     ' if holds else 'FAILED '} {what}", flush=True)


def post(path: str, body: dict, token: str | None = None) -> dict:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    with urlopen(Request(f"{BASE_URL}/v2{path}", json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)


def read(name: str) -> bytes:
    return (CERTIFICATES / name).read_bytes()


def failure(call) -> grpc.RpcError:
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def details(error: grpc.RpcError) -> dict:
    """The details of google.rpc.Status by their type."""
    found = {}
    for detail in rpc_status.from_call(error).details:
        for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RequestInfo):
            if detail.Is(kind.DESCRIPTOR):
                found[kind.DESCRIPTOR.name] = kind.FromString(detail.value)
    return found


def main() -> int:
    mutual = grpc.ssl_channel_credentials(read("ca.crt"), read("tls.key"), read("tls.crt"))
    channel = grpc.secure_channel(TARGET, mutual)
    accounts = accounts_pb2_grpc.AccountsServiceStub(channel)
    notifications = notifications_pb2_grpc.NotificationsServiceStub(channel)
    health = health_pb2_grpc.HealthStub(channel)

    database = ProtoReflectionDescriptorDatabase(channel)
    listed = {*SERVICES, "grpc.health.v1.Health"}
    check("reflection lists the services", listed <= set(database.get_services()))
    pool = DescriptorPool(database)
    for service in SERVICES:
        methods = [method.name for method in pool.FindServiceByName(service).methods]
        check(f"reflection describes {service}: {', '.join(methods)}", len(methods) > 1)

    pool.FindServiceByName("grpc.health.v1.Health")
    for detail in ["google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.Status"]:
        check(f"reflection describes {detail}", len(pool.FindMessageTypeByName(detail).fields) > 0)

    for service in ["", *SERVICES]:
        status = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=DEADLINE).status
        check(f"grpc.health.v1 says that {service or 'the server'} is serving", status == 1)
    watching = health.Watch(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
    check("its health can be watched", next(watching).status == 1)
    watching.cancel()

    session = post("/auth/login", {"email": os.environ["ADMIN_EMAIL"], "password": os.environ["ADMIN_PASSWORD"]})
    token, me = session["accessToken"], session["user"]["id"]
    user = accounts.GetUser(accounts_pb2.GetUserRequest(id=me), timeout=DEADLINE).user
    check("GetUser returns the user", user.email == os.environ["ADMIN_EMAIL"] and "admin" in user.roles)
    many = accounts.BatchGetUsers(accounts_pb2.BatchGetUsersRequest(ids=[me, str(uuid.uuid4())]), timeout=DEADLINE)
    check("BatchGetUsers returns those who exist", [one.id for one in many.users] == [me])
    stream = accounts.StreamUsers(accounts_pb2.StreamUsersRequest(role="admin"), timeout=DEADLINE)
    check("StreamUsers returns who matches", me in [answer.user.id for answer in stream])
    count = accounts.CountUsers(accounts_pb2.CountUsersRequest(role="admin"), timeout=DEADLINE).count
    check("CountUsers counts them", count == 1)
    introspection = accounts.IntrospectToken(accounts_pb2.IntrospectTokenRequest(token=token), timeout=DEADLINE)
    check("IntrospectToken knows whom a token stands for", introspection.active and introspection.user_id == me)

    post("/notification-templates", TEMPLATE, token)
    post(f"/notification-templates/{TEMPLATE['name']}/publish", {}, token)
    request = notifications_pb2.SendRequest(
        recipient=me, template=TEMPLATE["name"], idempotency_key="order-4711", sent_by=me
    )
    request.data.update({"orderId": "4711"})
    sent = notifications.Send(request, timeout=DEADLINE).notification
    check("Send sends a notification", sent.state == notifications_pb2.DELIVERY_STATE_SENT)
    check("Send is safe to repeat", notifications.Send(request, timeout=DEADLINE).notification.id == sent.id)
    asked = notifications_pb2.GetNotificationRequest(id=sent.id)
    found = notifications.GetNotification(asked, timeout=DEADLINE).notification
    check("GetNotification returns what became of it", found == sent)
    request.idempotency_key = "order-4712"
    request.send_at.FromSeconds(int(time.time()) + 3600)
    later = notifications.Send(request, timeout=DEADLINE).notification
    cancel = notifications_pb2.CancelNotificationRequest(id=later.id)
    canceled = notifications.CancelNotification(cancel, timeout=DEADLINE).notification
    check("CancelNotification stops what is sent later", canceled.state == notifications_pb2.DELIVERY_STATE_SUPPRESSED)
    error = failure(lambda: notifications.CancelNotification(cancel, timeout=DEADLINE))
    check("what was canceled before is ABORTED", error.code() == grpc.StatusCode.ABORTED)
    request.ClearField("send_at")

    error = failure(
        lambda: accounts.GetUser(
            accounts_pb2.GetUserRequest(id=str(uuid.uuid4())),
            timeout=DEADLINE,
            metadata=[("x-request-id", "python-4711")],
        )
    )
    known = details(error)
    check(
        "an unknown user is NOT_FOUND, with the code of the problem and the request ID",
        error.code() == grpc.StatusCode.NOT_FOUND
        and known["ErrorInfo"].reason == "user-not-found"
        and known["RequestInfo"].request_id == "python-4711",
    )
    request.data.Clear()
    request.idempotency_key = ""
    error = failure(lambda: notifications.Send(request, timeout=DEADLINE))
    fields = [violation.field for violation in details(error)["BadRequest"].field_violations]
    check(
        "missing data is INVALID_ARGUMENT, with the field",
        error.code() == grpc.StatusCode.INVALID_ARGUMENT and fields == ["data.orderId"],
    )

    for what, credentials in [
        ("TLS without a certificate", grpc.ssl_channel_credentials(read("ca.crt"))),
        ("a certificate of someone else", grpc.ssl_channel_credentials(read("ca.crt"), read("other.key"), read("other.crt"))),
    ]:
        stranger = accounts_pb2_grpc.AccountsServiceStub(grpc.secure_channel(TARGET, credentials))
        error = failure(lambda: stranger.GetUser(accounts_pb2.GetUserRequest(id=me), timeout=DEADLINE))
        check(f"{what} is refused", error.code() == grpc.StatusCode.UNAVAILABLE)
    return 1 if failures else 0


sys.exit(main())
