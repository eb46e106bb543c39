using Bus.TestSupport;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Bus.ScenarioTests.Deploy;

/// <summary>What the tests read of a compose file.</summary>
public sealed class Compose
{
    public Dictionary<string, Service> Services { get; set; } = [];

    /// <summary>The services that are the host, by the name of their image.</summary>
    public IEnumerable<(string Name, Service Service)> Hosts => Services.Where(x => x.Value.Image.StartsWith("bus:", StringComparison.Ordinal)).Select(x => (x.Key, x.Value));

    public static Compose Read(string file) => new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .IgnoreUnmatchedProperties()
        .Build()
        .Deserialize<Compose>(new MergingParser(new Parser(new StringReader(File.ReadAllText(Path.Combine(Repository.Root, "deploy", file))))));

    public sealed class Service
    {
        public string Image { get; set; } = "";

        public bool ReadOnly { get; set; }

        public List<string> CapDrop { get; set; } = [];

        public List<string> SecurityOpt { get; set; } = [];

        public string StopGracePeriod { get; set; } = "";

        public List<string> Command { get; set; } = [];

        public List<string> Ports { get; set; } = [];

        public List<string> Volumes { get; set; } = [];

        public Dictionary<string, string> Environment { get; set; } = [];

        public Dictionary<string, object> DependsOn { get; set; } = [];
    }
}
