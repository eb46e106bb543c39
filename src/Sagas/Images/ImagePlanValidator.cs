using Microsoft.Extensions.Options;

namespace Bus.Sagas.Images;

internal sealed class ImagePlanValidator : IValidateOptions<ImagePlan>
{
    public ValidateOptionsResult Validate(string? name, ImagePlan options)
    {
        var errors = new List<string>();
        if (options.MaxWidth is < 1 or > 16_383)
        {
            errors.Add($"`Bus:Images:MaxWidth` must be between 1 and 16383, but was {options.MaxWidth}.");
        }

        if (options.Quality is < 1 or > 100)
        {
            errors.Add($"`Bus:Images:Quality` must be between 1 and 100, but was {options.Quality}.");
        }

        if (options.WatermarkText is not { Length: <= 60 })
        {
            errors.Add($"`Bus:Images:WatermarkText` must be a text of at most 60 characters, but was '{options.WatermarkText}'.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
