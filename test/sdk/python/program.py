"""A client from OpenAPI Generator."""

import os
import urllib.parse
import urllib.request
import uuid

from generated.api.auth_api import AuthApi
from generated.api.users_api import UsersApi
from generated.api_client import ApiClient
from generated.configuration import Configuration
from generated.exceptions import ApiException, ConflictException
from generated.models.idempotent_request_running_or_email_taken_problem import (
    IdempotentRequestRunningOrEmailTakenProblem as Conflict,
)
from generated.models.idempotent_request_running_or_email_taken_problem_code import (
    IdempotentRequestRunningOrEmailTakenProblemCode as ConflictCode,
)
from generated.models.list_users_sort_parameter import ListUsersSortParameter
from generated.models.login_request import LoginRequest
from generated.models.precondition_failed_problem import PreconditionFailedProblem
from generated.models.register_request import RegisterRequest
from generated.models.session import Session
from generated.models.update_profile_request import UpdateProfileRequest
from generated.models.user_cursor_list import UserCursorList
from generated.models.verify_email_request import VerifyEmailRequest

BASE_URL = os.environ["BASE_URL"]
EMAIL = f"ada-{uuid.uuid4()}@example.com"
PASSWORD = "seven brave otters"


def main() -> None:
    auth = AuthApi(client())
    account = RegisterRequest(email=EMAIL, password=PASSWORD, displayName="Ada")
    registered = auth.register(account, idempotency_key=EMAIL)
    check(registered.user.display_name == "Ada", "registered")

    auth.verify_email(VerifyEmailRequest(token=verification_token(EMAIL)))
    check(True, "verified the email address")

    session = auth.login(LoginRequest(email=EMAIL, password=PASSWORD))
    check(session.user.email_verified, "signed in")

    users = UsersApi(client(session))
    version = (users.get_me_with_http_info().headers or {})["etag"]
    patch = UpdateProfileRequest(displayName="Countess", avatarUrl=None, metadata={"plan": "trial"})
    updated = users.update_me(patch, if_match=version)
    check(updated.display_name == "Countess" and updated.metadata["plan"] == "trial", "updated the profile")
    try:
        users.update_me(patch, if_match=version)
    except ApiException as error:
        check(isinstance(error.data, PreconditionFailedProblem), "was refused a stale update")

    admin = auth.login(LoginRequest(email=os.environ["ADMIN_EMAIL"], password=os.environ["ADMIN_PASSWORD"]))
    directory = UsersApi(client(admin))

    def page(cursor: str | None = None) -> UserCursorList:
        return directory.list_users(limit=1, sort=ListUsersSortParameter.MINUS_CREATED_AT, cursor=cursor)

    first = page()
    second = page(first.page.next_cursor)
    check(
        first.items[0].email == EMAIL and second.items[0].id != first.items[0].id,
        "read two pages of users",
    )

    try:
        auth.register(account)
    except ConflictException as error:
        check(is_taken(error.data), "recognized email-taken")


def is_taken(problem: object) -> bool:
    return isinstance(problem, Conflict) and problem.code is ConflictCode.EMAIL_MINUS_TAKEN


def is_misspelled(problem: Conflict) -> bool:
    # mypy complains about this comment if it accepts the code.
    return problem.code is ConflictCode.EMAIL_MINUS_TAKN  # type: ignore[attr-defined]


def client(session: Session | None = None) -> ApiClient:
    token = session.access_token if session else None
    return ApiClient(Configuration(host=BASE_URL, access_token=token))


def verification_token(email: str) -> str:
    """The token from the verification email, which may still be on its way."""
    url = f"{os.environ['INBOX_URL']}?to={urllib.parse.quote(email)}"
    with urllib.request.urlopen(url) as response:
        return str(response.read(), "utf-8")


def check(worked: bool, step: str) -> None:
    """Prints a step that worked. The driver compares all of them with those that it expects."""
    if not worked:
        raise AssertionError(f"Failed: {step}")
    print(step)


main()
