using Microsoft.Extensions.Options;

namespace Bus.Persistence.Sagas;

internal sealed class SagaRepositoryOptionsValidator : IValidateOptions<SagaRepositoryOptions>
{
    public ValidateOptionsResult Validate(string? name, SagaRepositoryOptions options)
    {
        var errors = new List<string>();
        if (options.ConflictAttempts is < 1 or > 1000)
        {
            errors.Add($"SagaRepositoryOptions.ConflictAttempts must be between 1 and 1000, but was {options.ConflictAttempts}.");
        }

        if (options.ConflictPause < TimeSpan.Zero || options.ConflictPause > TimeSpan.FromMinutes(1))
        {
            errors.Add($"SagaRepositoryOptions.ConflictPause must be between 0 and 1 minute, but was {options.ConflictPause}.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
