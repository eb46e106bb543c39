using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Images;

/// <summary>One running application for all tests of a class.</summary>
public abstract class ImageAppFixture : IAsyncLifetime
{
    /// <summary>The upload limit of these applications: a test over it need not be large.</summary>
    public const int MaxBytes = 2_000_000;

    private readonly TemporaryFolder _folder = new();
    private ImageApp? _app;

    public string DataFolder => _folder["data"];

    internal ImageApp App => _app ?? throw new InvalidOperationException("The application is started by InitializeAsync.");

    public async ValueTask InitializeAsync() => _app = await ImageApp.StartAsync([.. await SettingsAsync(), .. Common()]);

    public virtual async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A second application on the same database, broker and folder, which does only <paramref name="roles"/>.</summary>
    internal async Task<ImageApp> StartAnotherAsync(string roles) => await ImageApp.StartAsync([.. await SettingsAsync(), .. Common(), $"--Bus:Roles={roles}"]);

    protected abstract Task<IEnumerable<string>> SettingsAsync();

    private IEnumerable<string> Common() => [$"--Bus:DataFolder={DataFolder}", $"--Bus:Images:MaxBytes={MaxBytes}"];
}
