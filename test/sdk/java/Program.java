import com.fasterxml.jackson.core.JsonProcessingException;
import generated.ApiClient;
import generated.ApiException;
import generated.api.AuthApi;
import generated.api.UsersApi;
import generated.model.IdempotentRequestRunningOrEmailTakenProblem;
import generated.model.LoginRequest;
import generated.model.PreconditionFailedProblem;
import generated.model.RegisterRequest;
import generated.model.Session;
import generated.model.UpdateProfileRequest;
import generated.model.User;
import generated.model.UserCursorList;
import generated.model.VerifyEmailRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

/** A client from OpenAPI Generator. */
final class Program {
  private static final String EMAIL = "ada-" + UUID.randomUUID() + "@example.com";
  private static final String PASSWORD = "seven brave otters";

  private Program() {}

  public static void main(String[] args) throws ApiException, IOException, InterruptedException {
    AuthApi auth = new AuthApi(client(null));
    RegisterRequest account = new RegisterRequest().email(EMAIL).password(PASSWORD).displayName("Ada");
    Session registered = auth.register(account, null, EMAIL);
    check("Ada".equals(registered.getUser().getDisplayName()), "registered");

    auth.verifyEmail(new VerifyEmailRequest().token(verificationToken(EMAIL)));
    check(true, "verified the email address");

    Session session = auth.login(new LoginRequest().email(EMAIL).password(PASSWORD), null);
    check(session.getUser().getEmailVerified(), "signed in");

    UsersApi users = new UsersApi(client(session));
    String version = users.getMeWithHttpInfo(null, null).getHeaders().get("etag").get(0);
    UpdateProfileRequest patch =
        new UpdateProfileRequest().displayName("Countess").avatarUrl(null).putMetadataItem("plan", "trial");
    User updated = users.updateMe(patch, version);
    check(
        "Countess".equals(updated.getDisplayName()) && updated.getMetadata().equals(Map.of("plan", "trial")),
        "updated the profile");
    try {
      users.updateMe(patch, version);
    } catch (ApiException error) {
      PreconditionFailedProblem problem = problem(error, PreconditionFailedProblem.class);
      check(
          problem.getCode() == PreconditionFailedProblem.CodeEnum.PRECONDITION_FAILED,
          "was refused a stale update");
    }

    Session admin =
        auth.login(new LoginRequest().email(env("ADMIN_EMAIL")).password(env("ADMIN_PASSWORD")), null);
    UsersApi directory = new UsersApi(client(admin));
    UserCursorList first = page(directory, null);
    UserCursorList second = page(directory, first.getPage().getNextCursor());
    check(
        first.getItems().get(0).getEmail().equals(EMAIL)
            && !second.getItems().get(0).getId().equals(first.getItems().get(0).getId()),
        "read two pages of users");

    try {
      auth.register(account, null, null);
    } catch (ApiException error) {
      IdempotentRequestRunningOrEmailTakenProblem problem =
          problem(error, IdempotentRequestRunningOrEmailTakenProblem.class);
      check(
          problem.getCode() == IdempotentRequestRunningOrEmailTakenProblem.CodeEnum.EMAIL_TAKEN,
          "recognized email-taken");
    }
  }

  private static UserCursorList page(UsersApi users, String cursor) throws ApiException {
    return users.listUsers(1, cursor, null, null, null, null, null, null, null, null, "-createdAt");
  }

  private static ApiClient client(Session session) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(env("BASE_URL"));
    if (session != null) {
      client.setRequestInterceptor(
          request -> request.header("Authorization", "Bearer " + session.getAccessToken()));
    }
    return client;
  }

  private static <T> T problem(ApiException error, Class<T> type) throws JsonProcessingException {
    return ApiClient.createDefaultObjectMapper().readValue(error.getResponseBody(), type);
  }

  /** The token from the verification email, which may still be on its way. */
  private static String verificationToken(String email) throws IOException, InterruptedException {
    URI uri = URI.create(env("INBOX_URL") + "?to=" + URLEncoder.encode(email, StandardCharsets.UTF_8));
    return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  /** Prints a step that worked. The driver compares all of them with those that it expects. */
  private static void check(boolean worked, String step) {
    if (!worked) {
      throw new AssertionError("Failed: " + step);
    }
    System.out.println(step);
  }

  private static String env(String name) {
    return System.getenv(name);
  }
}
