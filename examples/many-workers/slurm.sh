#!/bin/sh
# Archives a list with an array job of SLURM: 50 parts, 8 at a time. Adapt the paths, then `sbatch slurm.sh`.
#
# The archive is on a file system that all nodes share and that has locks (Lustre: mounted with `-o flock`). The profile in vmedia.toml names the
# credentials. Afterwards: cat again-*.csv > again.csv
#
#SBATCH --job-name=vmedia
#SBATCH --array=0-49%8
#SBATCH --cpus-per-task=1
#SBATCH --mem=512M
#SBATCH --time=12:00:00
#SBATCH --output=vmedia-%A_%a.log
set -u
export VMEDIA_CONFIG=/srv/vmedia/vmedia.toml
cd /srv/vmedia || exit 2
# It ends by itself before the time of the job does; `--failed-to` lists the rest.
exec ./shard.sh "$SLURM_ARRAY_TASK_ID" 50 ids.txt /srv/vmedia/evidence --max-rate 20/s --share-of 8 --max-duration 11h
