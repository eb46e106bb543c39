using Microsoft.Extensions.Options;

namespace Bus.Settings;

/// <summary>Gives out the options that <c>AddBus</c> has read already, after checking them.</summary>
internal sealed class ReadOptionsFactory(BusOptions options, IEnumerable<IValidateOptions<BusOptions>> validators) : IOptionsFactory<BusOptions>
{
    /// <inheritdoc/>
    public BusOptions Create(string name)
    {
        var errors = validators.Select(validator => validator.Validate(name, options)).Where(result => result.Failed).SelectMany(result => result.Failures!).ToList();
        return errors.Count == 0 ? options : throw new OptionsValidationException(name, typeof(BusOptions), errors);
    }
}
