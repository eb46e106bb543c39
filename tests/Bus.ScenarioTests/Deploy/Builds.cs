using Xunit;

namespace Bus.ScenarioTests.Deploy;

/// <summary>Tests that build the working copy, one at a time: two builds would write the same files.</summary>
[CollectionDefinition(nameof(Builds))]
public sealed class Builds;
