using Bus.TestSupport;
using Npgsql;
using Xunit;

namespace Bus.ContractTests.Servers;

public sealed class When_a_test_takes_its_own_servers
{
    [Fact]
    public async Task Should_get_a_database_and_a_virtual_host_that_go_away_with_it()
    {
        var servers = await TestServers.SharedAsync();
        var broker = await TestRabbitMq.CreateVirtualHostAsync();
        string name;
        await using (var database = await TestPostgres.CreateDatabaseAsync())
        {
            await database.ExecuteAsync("CREATE TABLE t (id int)");
            Assert.Equal(1, await database.ExecuteAsync("INSERT INTO t VALUES ($1)", 7));
            Assert.Equal(7, await database.QueryAsync<int>("SELECT id FROM t"));
            name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        }

        Assert.Empty(await broker.QueueDepthsAsync());
        await broker.DisposeAsync();
        await using var hosts = ChildProcess.Start(servers.RabbitMqCtl, ["list_vhosts"]);
        Assert.Equal(0, await hosts.WaitForExitAsync());
        Assert.DoesNotContain(broker.VirtualHost, hosts.Lines);
        await using var admin = new NpgsqlConnection(servers.PostgresAdmin);
        await admin.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_database WHERE datname = $1", admin);
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        Assert.Equal(0L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Should_keep_data_when_they_are_killed_and_started_again()
    {
        await using var servers = await TestServers.StartDedicatedAsync();
        await using var broker = await TestRabbitMq.CreateVirtualHostAsync(servers);
        await using var database = await TestPostgres.CreateDatabaseAsync(servers);
        await database.ExecuteAsync("CREATE TABLE t (id int)");
        await database.ExecuteAsync("INSERT INTO t VALUES (1)");

        await servers.KillPostgresAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => database.QueryAsync<long>("SELECT count(*) FROM t"));
        await servers.StartPostgresAsync();
        await Eventually.AssertAsync(async () => await database.QueryAsync<long>("SELECT count(*) FROM t") == 1);

        await servers.KillRabbitAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => broker.QueueDepthsAsync());
        await servers.StartRabbitAsync();
        Assert.Empty(await broker.QueueDepthsAsync());
    }
}
