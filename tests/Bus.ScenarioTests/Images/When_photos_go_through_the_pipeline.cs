using System.Net.Http.Json;
using System.Text.Json;
using Bus.TestSupport;
using Xunit;

namespace Bus.ScenarioTests.Images;

public class When_photos_go_through_the_pipeline_in_memory_on_sqlite(MemoryAndSqlite app) : ImagePipelineScenarios<MemoryAndSqlite>(app);

public class When_photos_go_through_the_pipeline_on_sqlite(TwoSqliteFiles app) : ImagePipelineScenarios<TwoSqliteFiles>(app)
{
    [Fact]
    public async Task Should_share_the_work_of_a_folder_with_another_process()
    {
        await using var api = await Fixture.StartAnotherAsync("api");
        await using var worker = await Fixture.StartAnotherAsync("worker");

        var id = await api.UploadAsync(Good("ordinary.jpg"));
        Assert.Equal("ready", (await api.FollowAsync(id))[^1].Event);
    }
}

public class When_photos_go_through_the_pipeline_on_one_file(OneSqliteFile app) : ImagePipelineScenarios<OneSqliteFile>(app)
{
    [Fact]
    public async Task Should_share_the_work_of_a_folder_with_another_process()
    {
        await using var api = await Fixture.StartAnotherAsync("api");
        await using var worker = await Fixture.StartAnotherAsync("worker");

        var id = await api.UploadAsync(Good("ordinary.jpg"));
        Assert.Equal("ready", (await api.FollowAsync(id))[^1].Event);
    }
}

public class When_photos_go_through_the_pipeline_on_rabbitmq_and_sqlite(RabbitMqAndSqlite app) : ImagePipelineScenarios<RabbitMqAndSqlite>(app);

public class When_photos_go_through_the_pipeline_on_rabbitmq_and_postgresql(RabbitMqAndPostgreSql app) : ImagePipelineScenarios<RabbitMqAndPostgreSql>(app)
{
    [Fact]
    public async Task Should_stream_in_one_process_what_another_works_on()
    {
        await using var api = await Fixture.StartAnotherAsync("api");
        await using var worker = await Fixture.StartAnotherAsync("worker");

        var id = await api.UploadAsync(Good("ordinary.jpg"));
        var events = await api.FollowAsync(id);

        Assert.Equal("ready", events[^1].Event);
        // What is exclusive on the broker is exclusive to each: one whose bus does not come up holds messages that nobody handles.
        foreach (var one in new[] { api, worker })
            await Eventually.AssertAsync(async () => (await one.Http.GetFromJsonAsync<JsonElement>(ImageApp.Relative("/health/ready"))).GetProperty("status").GetString() == "Healthy");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await worker.Http.GetAsync(ImageApp.Relative("/api/images"))).StatusCode);
    }
}
