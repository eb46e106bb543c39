using Bus.Services.Images.Records;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.UnitTests.Services.Images.Api;

/// <summary>The image tables in a SQLite database in memory.</summary>
internal sealed class ImageTables : IAsyncDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    private ImageTables()
    {
        _connection.Open();
        Services = new ServiceCollection()
            .AddDbContext<Tables>(options => options.UseSqlite(_connection))
            .AddScoped(provider => new ImageDb(provider.GetRequiredService<Tables>()))
            .BuildServiceProvider(validateScopes: true);
    }

    public ServiceProvider Services { get; }

    public IServiceScopeFactory Scopes => Services.GetRequiredService<IServiceScopeFactory>();

    public static async Task<ImageTables> CreateAsync()
    {
        var tables = new ImageTables();
        await using var scope = tables.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Tables>().Database.EnsureCreatedAsync();
        return tables;
    }

    public async Task WithAsync(Func<ImageDb, Task> work)
    {
        await using var scope = Services.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<ImageDb>());
    }

    public async Task<ImageRecord?> FindAsync(Guid id)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ImageDb>().FindAsync(id, CancellationToken.None);
    }

    /// <summary>An image of which only the upload is done.</summary>
    public async Task<Guid> AddAsync()
    {
        var id = Guid.NewGuid();
        await WithAsync(db =>
        {
            var image = new ImageRecord { Id = id };
            foreach (var step in Contracts.Images.ImageSteps.InOrder)
            {
                image.Steps.Add(new ImageStepRecord { ImageId = id, Name = step, Status = step == "upload" ? StepStatus.Done : StepStatus.Waiting });
            }

            db.Images.Add(image);
            return db.SaveAsync(CancellationToken.None);
        });
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal sealed class Tables(DbContextOptions<Tables> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddImageEntities();
    }
}
