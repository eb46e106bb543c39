using MassTransit;

namespace Bus.ContractTests.Outbox;

/// <summary>Acts before each send and publish of a transport.</summary>
internal sealed class BeforeSend(Func<SendContext, Task> act) : ISendObserver, IPublishObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class => act(context);

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => act(context);

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
