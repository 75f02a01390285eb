namespace RobustSnn.Experiments.Tests.Settings;

/// <summary>A valid experiment file for tests of the reader: its own, so that presets can be tuned without touching tests.</summary>
internal static class ExampleExperiment
{
    public const string Text =
        """
        name: cifar10-small
        description: A small VGG on CIFAR-10, robustly pretrained, 90 % pruned, T = 8
        seed: 1
        data:
          name: cifar10
          directory: data/cifar-10-batches-bin
          validation_count: 1000
          augmentation:
            crop: 4
            flip: true
            cutout: 0
        network:
          architecture: vggsmall
          timesteps: 8
          leak: 1
          reset: hard
        batch_size: 128
        pretrain:
          objective: trades
          beta: 2
          epsilon: 2/255
          attack_steps: 10
          epochs: 20
          learning_rate: 0.1
          schedule: cosine
          momentum: 0.9
          weight_decay: 1e-4
        prune:
          method: lwm
          scope: layer
          sparsity: 0.9
        finetune_ann:
          objective: trades
          beta: 2
          epsilon: 2/255
          attack_steps: 10
          epochs: 6
          learning_rate: 0.01
          schedule: cosine
          momentum: 0.9
          weight_decay: 1e-4
        convert:
          timesteps: 100
          batch_count: 10
          batch_size: 64
          percentile: 99.7
          scale: 0.3
        finetune_snn:
          objective: trades
          beta: 2
          epsilon: 2/255
          random_step: 1/255
          epochs: 10
          learning_rate: 0.001
          schedule: cosine
          momentum: 0.9
          weight_decay: 1e-4
        evaluate:
          samples: 1000
          epsilon: 2/255
          batch_size: 128
          attacks: [fgsm, pgd10, fgsm_ens, pgd10_ens]

        """;
}
