namespace Bus.Endpoints;

/// <summary>The endpoints that differ from the defaults, by queue name.</summary>
internal sealed class EndpointRegistry
{
    private readonly Dictionary<string, EndpointOptions> _byName = new(StringComparer.Ordinal);

    public EndpointOptions this[string name]
    {
        get
        {
            if (!_byName.TryGetValue(name, out var options))
            {
                _byName[name] = options = new EndpointOptions();
            }

            return options;
        }
    }
}
