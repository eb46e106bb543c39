namespace Bus.Host.Startup;

/// <summary>The settings are wrong; all that is wrong with them, at once.</summary>
internal sealed class SettingsException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
