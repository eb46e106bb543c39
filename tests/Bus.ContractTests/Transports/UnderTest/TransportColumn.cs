namespace Bus.ContractTests.Transports.UnderTest;

/// <summary>One transport in the table: it has every feature but those that it lacks, each with the reason for users.</summary>
public sealed record TransportColumn(string Name, IReadOnlyDictionary<TransportFeature, string> Lacks)
{
    public bool Has(TransportFeature feature) => !Lacks.ContainsKey(feature);

    public string Cell(TransportFeature feature) => Lacks.TryGetValue(feature, out var reason) ? $"no: {reason}" : "yes";
}
