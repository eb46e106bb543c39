using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;

namespace Bus.Services.Images.Events;

/// <summary>
/// Brings news of images to the streams that are open in this process. A listener that is slow loses its oldest news, never the teller's time: listeners
/// look at the row now and then anyway. Thread-safe.
/// </summary>
internal sealed class ImageNewsHub
{
    private const int Backlog = 64;

    private readonly ConcurrentDictionary<Guid, ImmutableList<Channel<ImageNews>>> _listeners = new();

    /// <summary>How many images are listened to.</summary>
    public int Count => _listeners.Count;

    public void Tell(ImageNews news)
    {
        if (_listeners.TryGetValue(news.ImageId, out var channels))
        {
            foreach (var channel in channels)
            {
                channel.Writer.TryWrite(news);
            }
        }
    }

    /// <summary>Listens to one image until the returned object is disposed.</summary>
    public Subscription Listen(Guid imageId)
    {
        var channel = Channel.CreateBounded<ImageNews>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _listeners.AddOrUpdate(imageId, _ => [channel], (_, others) => others.Add(channel));
        return new Subscription(this, imageId, channel);
    }

    private void Leave(Guid imageId, Channel<ImageNews> channel)
    {
        while (_listeners.TryGetValue(imageId, out var channels))
        {
            var left = channels.Remove(channel);
            var gone = left.IsEmpty
                ? ((ICollection<KeyValuePair<Guid, ImmutableList<Channel<ImageNews>>>>)_listeners).Remove(new(imageId, channels))
                : _listeners.TryUpdate(imageId, left, channels);
            if (gone)
            {
                return;
            }
        }
    }

    /// <summary>One listener's ear.</summary>
    public sealed class Subscription(ImageNewsHub hub, Guid imageId, Channel<ImageNews> channel) : IDisposable
    {
        public ChannelReader<ImageNews> News => channel.Reader;

        public void Dispose() => hub.Leave(imageId, channel);
    }
}
