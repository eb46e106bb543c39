using System.Runtime.InteropServices;
using Bus.Core.SharedFile;
using Bus.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.ContractTests.Outbox;

/// <summary>What is committed is committed: a save does not fail because those who wait for its messages could not be woken.</summary>
public sealed class When_nobody_can_be_told_of_a_commit : DatabaseContract
{
    [Fact]
    public async Task Should_have_saved_all_the_same()
    {
        await using var service = await OutboxService.StartAsync<StoringConsumer>(Database, bus: services => services.AddSingleton<IQueuesInDatabase, Deaf>());
        await service.InScopeAsync(async (db, publish) =>
        {
            await publish.Publish(new Note(1));
            await db.SaveChangesAsync();
            db.Entries.Add(new Entry { Number = 2 });
            await publish.Publish(new Note(2));
            await db.SaveChangesAsync();
        });
        await service.SendAsync(new Command(3));
        await Eventually.AssertAsync(() => service.QueryAsync(db => db.Entries.AnyAsync(entry => entry.Number == 3)));

        Assert.Equal(3, ((Deaf)service.Services.GetRequiredService<IQueuesInDatabase>()).Told);
        Assert.Empty(service.Journal.Faults);
        Assert.Equal(2, await service.QueryAsync(db => db.Entries.CountAsync()));
    }

    protected override Task<TestDatabase> CreateAsync() => TestDatabase.SqliteAsync();

    private sealed class Deaf : IQueuesInDatabase, IGuestTransaction
    {
        private int _told;

        public int Told => _told;

        public bool AreServedIn(string file) => true;

        public IGuestTransaction Join(SafeHandle connection, bool isKept) => this;

        public void Write(IEnumerable<GuestMessages> messages)
        {
        }

        public void Committed()
        {
            Interlocked.Increment(ref _told);
            throw new InvalidOperationException("Deaf.");
        }
    }
}
