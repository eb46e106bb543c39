using System.Text.RegularExpressions;
using System.Xml.Linq;
using Bus.Host.Commands;
using Bus.Settings;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Deploy;

/// <summary>What can be known of the files in <c>deploy</c> without an engine that runs them.</summary>
public sealed partial class When_the_deployment_is_read
{
    // The host gives its handlers this, and itself five seconds more.
    private static readonly double Longest = (new BusOptions().ShutdownTimeout + TimeSpan.FromSeconds(5)).TotalSeconds;

    public static TheoryData<string> ComposeFiles => ["compose.yaml", "compose.sqlserver.yaml"];

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public async Task Should_set_what_the_host_knows_by_compose(string file)
    {
        var hosts = Compose.Read(file).Hosts.ToList();

        Assert.Equal(["api", "migrate", "worker"], hosts.Select(x => x.Name).Order(StringComparer.Ordinal));
        foreach (var (_, host) in hosts)
            await DeployFiles.BuildHostAsync(host.Environment);
    }

    [Fact]
    public async Task Should_set_what_the_host_knows_by_systemd()
    {
        var examples = DeployFiles.ExampleSettings().ToList();
        var start = Assert.Single(DeployFiles.Unit("ExecStart")).Split(' ');

        Assert.NotEmpty(examples);
        Assert.Equal(["/usr/bin/dotnet", "/opt/bus/Bus.Host.dll", "serve"], start[..3]);
        await DeployFiles.BuildHostAsync(examples, start[3..]);
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void Should_name_exact_images(string file)
    {
        var images = Compose.Read(file).Services.Values.Select(x => x.Image).Concat(DeployFiles.Lines("Containerfile").Where(x => x.StartsWith("FROM ", StringComparison.Ordinal)).Select(x => x.Split(' ')[1])).ToList();
        var version = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.All(images, image => Assert.Matches(@":v?\d+(\.\d+\.\d+|\.\d+|-CU\d+)(-[\w.-]+)?$", image));
        Assert.Contains($"bus:{version}", images);
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void Should_be_reached_from_this_machine_only(string file) =>
        Assert.All(Compose.Read(file).Services.Values.SelectMany(x => x.Ports), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void Should_keep_secrets_elsewhere(string file)
    {
        var settings = Compose.Read(file).Services.Values.SelectMany(x => x.Environment).Concat(DeployFiles.ExampleSettings()).Where(x => Secret().IsMatch(x.Key)).ToList();

        Assert.NotEmpty(settings);
        Assert.All(settings, x => Assert.True(
            x.Key.StartsWith("ConnectionStrings__", StringComparison.Ordinal) ? !PasswordInText().IsMatch(DeployFiles.WithoutPlaceholders(x.Value)) : DeployFiles.WithoutPlaceholders(x.Value).Length == 0,
            $"{x.Key} holds a secret, and not a reference to one: {x.Value}"));
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void Should_give_the_host_no_rights_and_time_to_stop(string file) =>
        Assert.All(Compose.Read(file).Hosts, host =>
        {
            Assert.True(host.Service.ReadOnly);
            Assert.Equal(["ALL"], host.Service.CapDrop);
            Assert.Equal(["no-new-privileges:true"], host.Service.SecurityOpt);
            Assert.InRange(double.Parse(host.Service.StopGracePeriod.TrimEnd('s')), Longest + 5, 120);
        });

    [Fact]
    public void Should_differ_in_the_database_alone()
    {
        var (one, other) = (Compose.Read("compose.yaml"), Compose.Read("compose.sqlserver.yaml"));

        Assert.Equal(["database", "postgres", "sqlserver"], one.Services.Keys.Except(other.Services.Keys).Union(other.Services.Keys.Except(one.Services.Keys)).Order(StringComparer.Ordinal));
        foreach (var name in one.Services.Keys.Intersect(other.Services.Keys))
        {
            Assert.Equal(WithoutDatabase(one.Services[name]), WithoutDatabase(other.Services[name]));
        }
    }

    [Fact]
    public void Should_build_an_image_from_what_is_there_and_run_it_without_root()
    {
        var lines = DeployFiles.Lines("Containerfile");
        var copied = lines.Where(x => x.StartsWith("COPY ", StringComparison.Ordinal) && !x.Contains("--from", StringComparison.Ordinal)).SelectMany(x => x.Split(' ')[1..^1]).ToList();

        Assert.NotEmpty(copied);
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        Assert.Equal("USER $APP_UID", Assert.Single(lines, x => x.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Contains("CMD [\"serve\"]", lines);
    }

    [Fact]
    public void Should_let_systemd_stop_and_restart_it_as_it_ends()
    {
        Assert.Equal(["SIGTERM"], DeployFiles.Unit("KillSignal"));
        Assert.Equal([CommandLine.Misuse.ToString()], DeployFiles.Unit("RestartPreventExitStatus"));
        Assert.InRange(double.Parse(Assert.Single(DeployFiles.Unit("TimeoutStopSec"))), Longest + 5, 120);
    }

    [Fact]
    public async Task Should_be_a_unit_that_systemd_understands()
    {
        using var folder = new TemporaryFolder();
        // It wants the program to be there.
        var unit = string.Join('\n', DeployFiles.Lines("bus.service")).Replace("/usr/bin/dotnet", Environment.ProcessPath, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["bus.service"], unit, TestContext.Current.CancellationToken);

        await using var verify = ChildProcess.Start("bash", ["-c", $"command -v systemd-analyze >/dev/null || exit 0; systemd-analyze verify '{folder["bus.service"]}'"]);

        Assert.True(await verify.WaitForExitAsync() == 0 && verify.Lines.Count == 0, string.Join('\n', verify.Lines));
    }

    private static string WithoutDatabase(Compose.Service service) => string.Join('\n',
    [
        service.Image, service.StopGracePeriod, .. service.Command, .. service.Ports, .. service.Volumes, .. service.DependsOn.Keys.Except(["postgres", "database"]),
        .. service.Environment.Where(x => x.Key is not ("Bus__Database" or "ConnectionStrings__Bus")).Select(x => $"{x.Key}={x.Value}"),
    ]);

    [GeneratedRegex("(PASS|PASSWORD|SECRET|KEY|TOKEN)$|^ConnectionStrings__", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();

    [GeneratedRegex("password=[^;]|://[^:/@]*:[^@]+@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex PasswordInText();
}
