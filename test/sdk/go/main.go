// A client from OpenAPI Generator.
package main

import (
	"context"
	"errors"
	"net/http"

	"sdkcheck/generated"
)

func main() {
	ctx := context.Background()
	configuration := generated.NewConfiguration()
	configuration.Servers = generated.ServerConfigurations{{URL: baseURL}}
	client := generated.NewAPIClient(configuration)
	email := newEmail()

	account := generated.NewRegisterRequest(email, password)
	account.SetDisplayName("Ada")
	registered, _, err := client.AuthAPI.Register(ctx).RegisterRequest(*account).IdempotencyKey(email).Execute()
	check(err == nil && registered.User.DisplayName.IsSet() && *registered.User.DisplayName.Get() == "Ada", "registered")

	token := *generated.NewVerifyEmailRequest(verificationToken(email))
	_, err = client.AuthAPI.VerifyEmail(ctx).VerifyEmailRequest(token).Execute()
	check(err == nil, "verified the email address")

	// login returns a context that signs requests.
	login := func(email string, password string) (context.Context, *generated.Session) {
		credentials := *generated.NewLoginRequest(email, password)
		session := value(client.AuthAPI.Login(ctx).LoginRequest(credentials).Execute())
		return context.WithValue(ctx, generated.ContextAccessToken, session.AccessToken), session
	}
	ada, session := login(email, password)
	check(session.User.EmailVerified, "signed in")

	_, response, err := client.UsersAPI.GetMe(ada).Execute()
	version := must(response, err).Header.Get("ETag")
	patch := generated.NewUpdateProfileRequest()
	patch.SetDisplayName("Countess")
	patch.SetAvatarUrlNil()
	patch.SetMetadata(map[string]any{"plan": "trial"})
	update := client.UsersAPI.UpdateMe(ada).UpdateProfileRequest(*patch).IfMatch(version)
	updated := value(update.Execute())
	check(*updated.DisplayName.Get() == "Countess" && updated.Metadata["plan"] == "trial", "updated the profile")
	_, _, err = update.Execute()
	_, isStale := problem[generated.PreconditionFailedProblem](err)
	check(isStale, "was refused a stale update")

	admin, _ := login(adminEmail, adminPassword)
	list := client.UsersAPI.ListUsers(admin).Limit(1).Sort(generated.LISTUSERSSORTPARAMETER_CREATED_AT2)
	first := value(list.Execute())
	second := value(list.Cursor(first.Page.GetNextCursor()).Execute())
	check(first.Items[0].Email == email && second.Items[0].Id != first.Items[0].Id, "read two pages of users")

	_, _, err = client.AuthAPI.Register(ctx).RegisterRequest(*account).Execute()
	conflict, isConflict := problem[generated.IdempotentRequestRunningOrEmailTakenProblem](err)
	code := generated.IDEMPOTENTREQUESTRUNNINGOREMAILTAKENPROBLEMCODE_EMAIL_TAKEN
	check(isConflict && conflict.Code == code, "recognized email-taken")
}

// value is for calls that have to succeed.
func value[T any](value T, _ *http.Response, err error) T {
	return must(value, err)
}

// problem returns the problem document behind an error.
func problem[T any](err error) (T, bool) {
	var failure *generated.GenericOpenAPIError
	if errors.As(err, &failure) {
		model, ok := failure.Model().(T)
		return model, ok
	}
	var none T
	return none, false
}
