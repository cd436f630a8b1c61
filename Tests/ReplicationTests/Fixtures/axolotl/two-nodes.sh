#!/bin/bash
#SBATCH --job-name=replicate
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=4
#SBATCH --open-mode=append
#SBATCH --output=/work/axolotl.log
#SBATCH --partition=gpu
set -euo pipefail
export PYTHONPATH='/it'\''s'
head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
exec srun '/env/bin/axolotl' train '/work/axolotl.yml' --launcher torchrun -- \
  --nnodes 2 --nproc_per_node 4 --rdzv_id "$SLURM_JOB_ID" --rdzv_backend c10d \
  --rdzv_endpoint "$head:29500" --rdzv_conf join_timeout=1800
